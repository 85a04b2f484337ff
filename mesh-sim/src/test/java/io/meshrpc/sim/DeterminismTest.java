package io.meshrpc.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** I10: the seed is all that decides. */
class DeterminismTest {
  private static final long SEED = 108;

  @Test
  void theSameSeedLeavesTheSameTraceInAnotherJvm() throws Exception {
    String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    Process other = new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx256m",
            "-cp",
            classPath,
            TraceHash.class.getName(),
            Long.toString(SEED))
        .redirectErrorStream(true)
        .start();
    try {
      String line =
          new String(other.getInputStream().readAllBytes(), StandardCharsets.UTF_8).trim();

      assertThat(other.waitFor()).as(line).isZero();
      assertThat(line).isEqualTo(TraceHash.of(SEED));
    } finally {
      other.destroyForcibly();
    }
  }

  @Test
  void anotherSeedLeavesAnotherTrace() {
    assertThat(TraceHash.of(SEED)).isNotEqualTo(TraceHash.of(SEED + 1));
  }

  @Test
  void oneStreamOfChanceDoesNotDisturbAnother() {
    Streams streams = new Streams(1);
    long first = streams.of("a").nextLong();
    streams.of("b").nextLong();

    assertThat(streams.of("a").nextLong()).isEqualTo(first);
    assertThat(streams.of("b").nextLong()).isNotEqualTo(first);
    assertThat(new Streams(2).of("a").nextLong()).isNotEqualTo(first);
  }
}
