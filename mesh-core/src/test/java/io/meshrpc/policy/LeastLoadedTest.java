package io.meshrpc.policy;

import static io.meshrpc.policy.FakePeer.busy;
import static io.meshrpc.policy.FakePeer.idle;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Of two at random, the less loaded. */
class LeastLoadedTest {
  private static final long FRESH_NS = 999_999_999L;
  private static final int PICKS = 30_000;

  @Test
  void theOnlyOneIsPicked() {
    assertThat(shares(idle("a"))).containsOnlyKeys("a");
  }

  @Test
  void ofTwoTheOneWithLessInFlightIsPicked() {
    assertThat(shares(busy("a", 3), busy("b", 2))).containsOnlyKeys("b");
    assertThat(shares(busy("a", 2), busy("b", 3))).containsOnlyKeys("a");
  }

  @Test
  void whatTheServerReportsCountsWhileItIsFresh() {
    assertThat(shares(idle("a").reports(3, 2, FRESH_NS), busy("b", 4))).containsOnlyKeys("b");
    assertThat(shares(idle("a").reports(3, 2, FRESH_NS + 1), busy("b", 4))).containsOnlyKeys("a");
  }

  @Test
  void theGreaterOfInFlightAndReportedCounts() {
    assertThat(shares(busy("a", 5).reports(0, 1, 0), busy("b", 4))).containsOnlyKeys("b");
  }

  @Test
  void aColdServerNeedsToBeMuchLessLoaded() {
    assertThat(shares(idle("a").weighs(0.1), busy("b", 8))).containsOnlyKeys("b");
    assertThat(shares(idle("a").weighs(0.1), busy("b", 10))).containsOnlyKeys("a");
  }

  @Test
  void amongEqualsAllGetTheirShare() {
    Map<String, Integer> shares = shares(idle("a"), idle("b"), idle("c"));

    assertThat(shares.values()).allSatisfy(share -> assertThat(share).isBetween(9_000, 11_000));
  }

  @Test
  void theMostLoadedOfManyIsNeverPicked() {
    Map<String, Integer> shares = shares(idle("a"), busy("b", 1), busy("c", 9));

    assertThat(shares).containsOnlyKeys("a", "b");
    assertThat(shares.get("a")).as("in two of three pairs").isBetween(19_000, 21_000);
  }

  private static Map<String, Integer> shares(FakePeer... candidates) {
    SplittableRandom random = new SplittableRandom(5);
    LeastLoaded balancer = new LeastLoaded();
    Map<String, Integer> shares = new TreeMap<>();
    for (int i = 0; i < PICKS; i++) {
      String endpoint =
          balancer.pick(FakePeer.pick(List.of(candidates), random)).endpoint();
      shares.merge(endpoint, 1, Integer::sum);
    }
    return shares;
  }
}
