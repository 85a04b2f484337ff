package io.meshrpc.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SimMainTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @Test
  void aRangeIsPlayedAndSummedUp(@TempDir Path folder) throws Exception {
    Path json = folder.resolve("summary.json");

    assertThat(run("--seeds", "1-3", "--json", json.toString())).isZero();
    assertThat(said(out)).contains("swarm: 3 of 3 seeds").contains(" 0 violations");
    assertThat(Files.readString(json)).contains("\"seeds\": 3").contains("\"violations\": []");
  }

  @Test
  void scenariosAreListed() {
    assertThat(run("--scenario", "list")).isZero();
    assertThat(said(out)).contains("swarm", "crash", "stale-pipe");
  }

  @Test
  void nonsenseIsSaidWithWhatIsExpected() {
    assertThat(run("--seeds", "9-3")).isEqualTo(2);
    assertThat(run("--seeds", "1", "--scenario", "none")).isEqualTo(2);
    assertThat(run("--seed", "1")).isEqualTo(2);
    assertThat(run()).isEqualTo(2);
    assertThat(said(err))
        .contains("seeds: 9-3 (expected: like 7 or 1-50000)")
        .contains("scenario: none (expected: one that --scenario list names)")
        .contains("--seed is not known")
        .contains("--seeds is missing")
        .contains("usage: bin/sim");
  }

  private int run(String... args) {
    return SimMain.run(
        args,
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8));
  }

  private static String said(ByteArrayOutputStream bytes) {
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
