package io.meshrpc.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshrpc.api.Priority;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whom an overloaded server lets in: each letter is the highest priority overloaded in an interval. */
class AdmissionLevelTest {
  private static final String LETTERS = "SNHC"; // by Priority.ordinal()

  @ParameterizedTest
  @CsvSource({
    "-, SHEDDABLE", // all are let in
    "SSSSSSSSSS, SHEDDABLE", // nobody is below
    "N, NORMAL",
    "NNNNNNNNNN, NORMAL", // its own excess is not helped by refusing it
    "C, NORMAL", // the lowest first
    "CC, NORMAL", // and time to see what it has helped
    "CCC, HIGH",
    "CCCC, HIGH",
    "CCCCC, CRITICAL",
    "CCCCCCCCCCCC, CRITICAL",
    "CCCC---------, HIGH",
    "CCCC----------, NORMAL", // ten good ones
    "CCCC-------------------, NORMAL",
    "CCCC--------------------, SHEDDABLE",
    "CCCC-----H-----, HIGH", // not in a row
    "CCCC-----N-----, NORMAL" // those that are refused do not count
  })
  void raisesTheLevelQuicklyAndLowersItSlowly(String overloaded, Priority lowest) {
    AdmissionLevel level = new AdmissionLevel(100);
    level.observe(-1, 0);
    for (int i = 0; i < overloaded.length(); i++) {
      int highest = LETTERS.indexOf(overloaded.charAt(i));
      level.observe(highest, 100L * i + 50);
      level.observe(-1, 100L * i + 100);
    }

    Priority admitted =
        Arrays.stream(Priority.values()).filter(level::admits).findFirst().get();

    assertThat(admitted).isEqualTo(lowest);
  }
}
