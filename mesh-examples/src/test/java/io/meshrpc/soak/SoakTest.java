package io.meshrpc.soak;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * Nothing is lost, nothing runs that must not, and nothing stays behind. Some seconds long in the
 * usual build; {@code -Psoak} makes it minutes, {@code -Dsoak.minutes=60} as many as one likes.
 */
@Timeout(value = 1_000_000, threadMode = ThreadMode.SEPARATE_THREAD)
class SoakTest {
  private static final int MINUTES = Integer.getInteger("soak.minutes", 0);
  private static final long SEED =
      Long.getLong("soak.seed", ThreadLocalRandom.current().nextLong(1, 1_000_000));
  private static final int CLIENTS = 3;
  private static final int SERVERS = 3;
  private static final int CALLERS_EACH = 2;
  private static final int THREADS_MORE = MINUTES == 0 ? 16 : 2; // workers stay for half a minute
  private static final Duration BACK_MAX = Duration.ofSeconds(MINUTES == 0 ? 30 : 90);

  @TempDir
  Path directory;

  @Test
  void allBooksAgreeAndNothingStaysBehind() throws Exception {
    System.out.println("soak: seed " + SEED + ", again with -Dsoak.seed=" + SEED);
    Ledger ledger = new Ledger();
    ScheduledExecutorService interrupter = Executors.newSingleThreadScheduledExecutor();
    try (Mesh mesh = new Mesh(CLIENTS, SERVERS, directory)) {
      Callers callers = new Callers(mesh.clients(), ledger, mesh::calm, interrupter);
      assertThat(mesh.awaitAllUp()).isTrue();
      callers.start(CALLERS_EACH, SEED);
      mesh.calmFor(MINUTES == 0 ? 500 : 20_000); // code is compiled, pools have their threads
      callers.stop();
      List<Footprint> before = rest(mesh, ledger);

      callers.start(CALLERS_EACH, SEED + 1_000);
      Faults faults = new Faults(mesh, SEED);
      if (MINUTES == 0) {
        List<Faults.Kind> kinds = new ArrayList<>(List.of(Faults.Kind.values()));
        kinds.remove(Faults.Kind.REPLACE_CLIENT); // its session would be kept for half a minute
        faults.strikeEach(kinds, 200);
      } else {
        faults.strikeFor(Duration.ofMinutes(MINUTES).toNanos());
      }
      assertThat(mesh.awaitAllUp()).as("everybody is back: %s", mesh.peers()).isTrue();
      mesh.calmFor(500);
      callers.stop();

      awaitReturn(mesh, ledger, before);
      Ledger.Verdict verdict = ledger.judge(directory);
      System.out.println("soak: " + faults.struck() + " faults, requests sent " + mesh.sent());
      System.out.println(verdict);
      assertThat(verdict.agrees()).as(verdict.toString()).isTrue();
      assertThat(verdict.begun()).as("executions").isLessThanOrEqualTo(mesh.sent());
      assertThat(callers.wrongAnswers()).as("answers to other calls").isZero();
      assertThat(callers.strangeEnds()).as("ends that say nothing").isZero();
      assertThat(callers.lateEnds()).as("calls that ended after their deadline").isZero();
    } finally {
      interrupter.shutdownNow();
    }
  }

  /** What all hold when nothing is under way: this process first, then the servers. */
  private static List<Footprint> rest(Mesh mesh, Ledger ledger) {
    await().atMost(BACK_MAX).until(() -> ledger.open() == 0);
    await().atMost(BACK_MAX).until(() -> mesh.server(0).footprint().remembered() == 0);
    return footprints(mesh);
  }

  private static List<Footprint> footprints(Mesh mesh) {
    List<Footprint> all = new ArrayList<>(List.of(Footprint.take()));
    mesh.servers().forEach(server -> all.add(server.footprint()));
    return all;
  }

  private static void awaitReturn(Mesh mesh, Ledger ledger, List<Footprint> before) {
    List<Footprint> after = new ArrayList<>();
    try {
      await().atMost(BACK_MAX).pollInterval(Duration.ofMillis(300)).untilAsserted(() -> {
        assertThat(ledger.open()).as("calls that have not ended").isZero();
        after.clear();
        after.addAll(footprints(mesh));
        for (int i = 0; i < after.size(); i++) {
          check(after.get(i), before.get(i));
        }
      });
    } finally {
      for (int i = 0; i < after.size(); i++) {
        String who = i == 0 ? "clients" : "server " + i;
        System.out.println("soak: " + who + " before: " + before.get(i));
        System.out.println("soak: " + who + " after:  " + after.get(i));
      }
    }
    for (ServerJvm server : mesh.servers()) {
      await().atMost(BACK_MAX).until(() -> server.ask(SoakServer.LOAD).equals("0 0"));
    }
  }

  private static void check(Footprint after, Footprint before) {
    assertThat(after.calls()).as("calls in tables").isLessThanOrEqualTo(before.calls());
    assertThat(after.remembered()).as("remembered answers").isZero();
    assertThat(after.sessions()).as("sessions").isLessThanOrEqualTo(before.sessions());
    assertThat(after.threads()).as("threads").isLessThanOrEqualTo(before.threads() + THREADS_MORE);
    assertThat(after.descriptors()).as("descriptors").isLessThanOrEqualTo(before.descriptors() + 2);
    assertThat(after.heapBytes())
        .as("heap")
        .isLessThanOrEqualTo(before.heapBytes() * 5 / 4 + (4 << 20));
  }
}
