package io.meshrpc.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Fuzzing guided by coverage, in a process of its own for each target: {@code -Pfuzz}. */
@EnabledIfSystemProperty(named = "fuzz.seconds", matches = "\\d+")
class LongFuzzTest {
  private static final int EXTRA_SECONDS = 120;

  @ParameterizedTest
  @EnumSource
  void findsNothing(Targets target) throws Exception {
    int seconds = Integer.getInteger("fuzz.seconds");
    Path folder = Path.of("target", "fuzz", target.name().toLowerCase(java.util.Locale.ROOT));
    Path found = Files.createDirectories(folder.resolve("corpus")).toAbsolutePath();
    Path log = folder.resolve("log");
    Process process = new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx1g",
            "-cp",
            System.getProperty("java.class.path"),
            "com.code_intelligence.jazzer.Jazzer",
            "--target_class=" + target.type.getName(),
            "--instrumentation_includes=io.meshrpc.**:com.google.protobuf.*",
            "-max_total_time=" + seconds,
            "-timeout=60",
            "-rss_limit_mb=3000",
            found.toString(),
            target.corpus().toAbsolutePath().toString())
        .directory(folder.toFile())
        .redirectErrorStream(true)
        .redirectOutput(log.toFile())
        .start();
    try {
      assertThat(process.waitFor(seconds + EXTRA_SECONDS, TimeUnit.SECONDS)).isTrue();
      System.out.println(target + ": " + last(log));
      assertThat(process.exitValue()).as("%s: see %s", target, log).isZero();
    } finally {
      process.destroyForcibly();
    }
  }

  private static String last(Path log) throws IOException {
    try (Stream<String> lines = Files.lines(log)) {
      List<String> tail = lines.filter(line -> line.contains("cov: ")).toList();
      return tail.isEmpty() ? "" : tail.get(tail.size() - 1);
    }
  }
}
