package io.meshrpc.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A chain against a set that keeps the order in which things came. */
class ChainTest {
  private static final class Bead extends Chain.Link {}

  /** More often than its ends are made anew. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void whateverLeavesTheOthersStayInTheirOrder(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Bead> beads = new ArrayList<>();
    for (int i = 0; i < 1 + random.nextInt(20); i++) {
      beads.add(new Bead());
    }
    Chain<Bead> chain = new Chain<>();
    Set<Bead> model = new LinkedHashSet<>();
    for (int i = 0; i < 30_000; i++) {
      Bead bead = beads.get(random.nextInt(beads.size()));
      if (model.contains(bead)) {
        model.remove(bead);
        chain.remove(bead);
      } else {
        chain.remove(bead); // is not there
        chain.add(bead);
        model.add(bead);
      }
      List<Bead> inOrder = List.copyOf(model);
      assertThat(chain.size()).isEqualTo(model.size());
      assertThat(chain.isEmpty()).isEqualTo(model.isEmpty());
      assertThat(chain.first()).isSameAs(inOrder.isEmpty() ? null : inOrder.get(0));
      assertThat(chain.last()).isSameAs(inOrder.isEmpty() ? null : inOrder.get(inOrder.size() - 1));
      if (i % 100 == 0) {
        assertThat(chain.all()).containsExactlyElementsOf(model);
      }
    }
  }
}
