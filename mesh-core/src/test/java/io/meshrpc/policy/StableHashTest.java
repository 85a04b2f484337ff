package io.meshrpc.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Clients of all versions must agree, and near inputs must fall far apart. */
class StableHashTest {
  @Test
  void theValuesNeverChange() {
    assertThat(StableHash.of("")).isEqualTo(0xefd01f60ba992926L);
    assertThat(StableHash.of("tcp://10.0.0.1:7400")).isEqualTo(0xb2b3f6cd66293eccL);
    assertThat(StableHash.of("Zürich")).isEqualTo(0xedc816016b2c42e7L);
    assertThat(StableHash.of(1, 2)).isEqualTo(0x6e54cc947ba2590fL);
  }

  @Test
  void nearTextsFallFarApart() {
    long bits = 0;
    for (int i = 0; i < 1000; i++) {
      long one = StableHash.of("tcp://10.0.0." + i + ":7400");
      long next = StableHash.of("tcp://10.0.0." + (i + 1) + ":7400");
      bits += Long.bitCount(one ^ next);
    }

    assertThat(bits / 1000.0).as("bits that differ, of 64").isBetween(31.0, 33.0);
  }

  @Test
  void pairsAreToldApart() {
    Set<Long> seen = new HashSet<>();
    for (int i = 0; i < 300; i++) {
      for (int j = 0; j < 300; j++) {
        seen.add(StableHash.of(StableHash.of("k" + i), StableHash.of("s" + j)));
      }
    }

    assertThat(seen).hasSize(90_000);
    assertThat(StableHash.of(7, 8)).isNotEqualTo(StableHash.of(8, 7));
  }
}
