package io.meshrpc.sim.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OptionsTest {
  @Test
  void allThatIsSaidIsRead() {
    Options options = Options.parse(
        "--scenarios",
        "S2,S1",
        "--policies",
        "default,oracle",
        "--seeds",
        "3-5,9,-1",
        "--seconds",
        "0.5",
        "--json",
        "out.json",
        "--plot",
        "dir");

    assertThat(options.scenarios()).containsExactly("S2", "S1");
    assertThat(options.policies()).containsExactly("default", "oracle");
    assertThat(options.seeds()).containsExactly(3L, 4L, 5L, 9L, -1L);
    assertThat(options.seconds()).isEqualTo(0.5);
    assertThat(options.json()).isEqualTo(Path.of("out.json"));
    assertThat(options.plot()).isEqualTo(Path.of("dir"));
  }

  @Test
  void whatIsNotSaidHasADefault() {
    Options options = Options.parse();

    assertThat(options.scenarios()).contains("S1", "S16", "S1b");
    assertThat(options.policies()).contains("default", "round-robin", "oracle");
    assertThat(options.seeds())
        .containsExactlyElementsOf(LongStream.rangeClosed(1, 20).boxed().toList());
    assertThat(options.seconds()).isEqualTo(10);
    assertThat(options.json()).isNull();
  }

  @Test
  void anySeedIsTaken() {
    assertThat(Options.parse("--seeds", "9223372036854775807").seeds())
        .containsExactly(Long.MAX_VALUE);
    assertThat(Options.parse("--seeds", "10001-10040").seeds()).hasSize(40);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--scenarios S99     | scenario: S99 (expected: one of S1, ",
        "--scenarios S1,,S2  | --scenarios: \"S1,,S2\" (expected: names with commas between)",
        "--policies fastest  | policy: fastest (expected: one of default, ",
        "--seeds 5-1         | --seeds: \"5-1\" (expected: ",
        "--seeds one         | --seeds: \"one\" (expected: ",
        "--seeds 1-9999999   | --seeds: \"1-9999999\" (expected: ",
        "--seconds 0         | --seconds: 0 (expected: a number > 0 and <= 3600)",
        "--seconds NaN       | --seconds: NaN (expected: a number > 0 and <= 3600)",
        "--seconds soon      | --seconds: soon (expected: a number > 0 and <= 3600)",
        "--json no/where.json | --json: no/where.json (expected: a file in a directory that exists)",
        "--json              | --json: nothing (expected: a value)",
        "--seeds 1 --seeds 2 | --seeds: given twice (expected: once)",
        "--fast 1            | option: --fast (expected: --scenarios, ",
      })
  void whatIsWrongIsSaidWithWhatIsExpected(String line, String problem) {
    assertThatThrownBy(() -> Options.parse(line.split(" ")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(problem);
  }
}
