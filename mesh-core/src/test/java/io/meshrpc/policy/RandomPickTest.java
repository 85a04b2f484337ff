package io.meshrpc.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Equal chances, whatever the load, and the same picks for the same seed. */
class RandomPickTest {
  private final List<FakePeer> candidates =
      List.of(FakePeer.idle("a"), FakePeer.busy("b", 50), FakePeer.idle("c").weighs(0.1));

  @Test
  void allHaveTheSameChance() {
    Map<String, Integer> shares = new TreeMap<>();
    SplittableRandom random = new SplittableRandom(5);
    for (int i = 0; i < 30_000; i++) {
      shares.merge(pick(random), 1, Integer::sum);
    }

    assertThat(shares).containsOnlyKeys("a", "b", "c");
    assertThat(shares.values()).allSatisfy(share -> assertThat(share).isBetween(9_500, 10_500));
  }

  @Test
  void theSameSeedPicksTheSame() {
    SplittableRandom one = new SplittableRandom(9);
    SplittableRandom other = new SplittableRandom(9);
    for (int i = 0; i < 100; i++) {
      assertThat(pick(one)).isEqualTo(pick(other));
    }
  }

  private String pick(SplittableRandom random) {
    return new RandomPick().pick(FakePeer.pick(candidates, random)).endpoint();
  }
}
