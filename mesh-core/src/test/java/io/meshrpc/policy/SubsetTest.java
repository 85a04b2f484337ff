package io.meshrpc.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which servers of many a client connects to, and how little that changes. */
class SubsetTest {
  private static List<String> fleet(int size) {
    return IntStream.range(0, size)
        .mapToObj(i -> "tcp://10.0." + i / 250 + "." + i % 250 + ":7400")
        .toList();
  }

  @ParameterizedTest(name = "{0} servers, spread {1}: {2}")
  @CsvSource({
    "0, 1, 0",
    "1, 1, 1",
    "20, 1, 20",
    "21, 1, 20",
    "100, 1, 20",
    "101, 1, 21",
    "400, 1, 40",
    "1000, 1, 64",
    "1000, 2, 127",
    "1000, 0.1, 20",
    "1000, 1000, 1000",
  })
  void theSizeIsTwiceTheRootTimesTheSpreadAndTwentyAtLeast(int servers, double spread, int size) {
    assertThat(Subset.of("client", fleet(servers), spread)).hasSize(size).doesNotHaveDuplicates();
  }

  @Test
  void aSmallFleetIsUsedWhole() {
    assertThat(Subset.of("client", fleet(18), 1)).isEqualTo(fleet(18));
  }

  @Test
  void theOrderIsThatOfTheFleetAndDoesNotDecide() {
    List<String> fleet = fleet(300);
    List<String> mixed = new ArrayList<>(fleet);
    Collections.shuffle(mixed, new Random(1));
    List<String> chosen = Subset.of("client", fleet, 1);

    assertThat(fleet.stream().filter(chosen::contains).toList()).isEqualTo(chosen);
    assertThat(Subset.of("client", mixed, 1)).containsExactlyInAnyOrderElementsOf(chosen);
  }

  @Test
  void duplicatesCountOnce() {
    List<String> twice = new ArrayList<>(fleet(300));
    twice.addAll(fleet(300));

    assertThat(Subset.of("client", twice, 1)).isEqualTo(Subset.of("client", fleet(300), 1));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.5, 1, 3, 8})
  void oneEndpointMoreChangesOneChoiceAtMost(double spread) {
    List<String> fleet = fleet(500);
    Set<String> before = Set.of();
    for (int size = 1; size <= fleet.size(); size++) {
      Set<String> after = new HashSet<>(Subset.of("client", fleet.subList(0, size), spread));
      assertThat(minus(after, before)).as("taken at %s", size).hasSizeLessThanOrEqualTo(1);
      assertThat(minus(before, after)).as("left at %s", size).hasSizeLessThanOrEqualTo(1);
      before = after;
    }
  }

  @Test
  void oneEndpointInPlaceOfAnotherChangesOneChoiceAtMost() {
    List<String> fleet = fleet(300);
    Set<String> before = new HashSet<>(Subset.of("client", fleet, 1));
    int changed = 0;
    for (int i = 0; i < fleet.size(); i++) {
      List<String> other = new ArrayList<>(fleet);
      other.set(i, "tcp://other" + i + ":7400");
      Set<String> after = new HashSet<>(Subset.of("client", other, 1));

      assertThat(minus(before, after)).hasSizeLessThanOrEqualTo(1);
      changed += after.equals(before) ? 0 : 1;
    }
    assertThat(changed).as("of 300, with 35 chosen").isBetween(35, 80);
  }

  @Test
  void clientsAreSpreadOverServersAsByChance() {
    List<String> fleet = fleet(400);
    Map<String, Integer> clients = new HashMap<>();
    for (int i = 0; i < 1000; i++) {
      Subset.of("client-" + i, fleet, 1).forEach(e -> clients.merge(e, 1, Integer::sum));
    }

    assertThat(clients).hasSize(400);
    assertThat(clients.values())
        .as("100 each, five standard deviations of 9.5")
        .allMatch(count -> count > 52 && count < 148);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -1, Double.NaN})
  void aSpreadThatIsNotPositiveIsRefused(double spread) {
    assertThatThrownBy(() -> Subset.of("client", fleet(3), spread))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("spread: " + spread + " (expected: > 0)");
  }

  private static Set<String> minus(Set<String> one, Set<String> other) {
    Set<String> rest = new HashSet<>(one);
    rest.removeAll(other);
    return rest;
  }
}
