package io.meshrpc.testkit;

import static io.meshrpc.sim.Target.allClients;
import static io.meshrpc.sim.Target.server;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import io.meshrpc.api.PeerState;
import io.meshrpc.sim.Fault;
import io.meshrpc.sim.Outcome;
import io.meshrpc.sim.Scenario;
import io.meshrpc.sim.ServiceTime;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What a user of the module can reach, and what the module needs. */
class PackageTest {
  @Test
  void aScenarioOfTheSimulatorCanBeWrittenInAPackageOfOnesOwn() {
    Outcome outcome = Scenario.named("a slow server behind a bad link")
        .servers(3)
        .clients(2)
        .service(ServiceTime.exponential(ofMillis(5)))
        .load(0.4)
        .at(ofSeconds(1), Fault.speed(server(0), 0.2))
        .at(ofSeconds(2), Fault.stall(server(1), allClients(), ofMillis(300)))
        .at(ofSeconds(3), Fault.crash(server(2)))
        .lasting(ofSeconds(4))
        .run(1);

    assertThat(outcome.failures()).isEmpty();
    assertThat(outcome.latency(0.5, ofSeconds(0), ofSeconds(1))).isLessThan(ofMillis(20));
    assertThat(outcome.moves(move -> move.server() == 2 && move.to() == PeerState.DOWN))
        .hasSize(2);
  }

  @Test
  void onlyTheExtensionNeedsJUnit() throws IOException, URISyntaxException {
    Path classes = Path.of(
        TestMesh.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    List<String> needs;
    try (Stream<Path> all = Files.walk(classes)) {
      needs = all.filter(file -> file.toString().endsWith(".class"))
          .filter(PackageTest::namesJUnit)
          .map(file -> file.getFileName().toString())
          .toList();
    }

    assertThat(needs).containsExactly("MeshExtension.class");
  }

  private static boolean namesJUnit(Path file) {
    try {
      return Files.readString(file, StandardCharsets.ISO_8859_1).contains("org/junit");
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
