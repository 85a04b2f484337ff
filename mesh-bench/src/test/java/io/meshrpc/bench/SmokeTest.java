package io.meshrpc.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Client and server in JVMs of their own, as in earnest, only short. */
class SmokeTest {
  @TempDir
  Path directory;

  @Test
  void comparesMeshAndJeromqEndToEndAndLeavesNoProcess() throws Exception {
    Path json = directory.resolve("figures.json");
    Settings.Compare settings = new Settings.Compare(
        List.of(PeerKind.MESH, PeerKind.JEROMQ),
        new Load(Load.Mode.THROUGHPUT, 16, 8, 2, 0),
        1,
        1,
        1,
        0,
        Optional.of(json),
        Optional.of(directory));

    new Comparison(settings).run();

    assertThat(Files.readString(json))
        .contains("\"peer\": \"mesh\"", "\"peer\": \"jeromq\"", "\"mode\": \"throughput\"")
        .contains("\"calls_per_s\": ", "\"p50_us\": ", "\"p99_us\": ", "\"p999_us\": ")
        .contains("\"client_cpu_us_per_call\": ", "\"server_cpu_us_per_call\": ")
        .contains("\"client_alloc_per_call\": ", "\"server_alloc_per_call\": ")
        .doesNotContain("\"calls_per_s\": 0.0");
    assertThat(directory.resolve("calls-throughput-16-8-1.svg")).isNotEmptyFile();
    assertThat(ProcessHandle.current().children()).isEmpty();
  }
}
