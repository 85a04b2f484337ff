package io.meshrpc.soak;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/** What goes wrong, drawn from a seed, so that a failure can be repeated. */
final class Faults {
  /** A kind of trouble. */
  enum Kind {
    PAUSE,
    RESET,
    BLACK_HOLE,
    DELAY,
    BANDWIDTH,
    HALF_OPEN,
    KILL,
    FREEZE,
    DRAIN,
    REPLACE_CLIENT
  }

  /** All links that a fault strikes: those of a client, of a server, or one alone. */
  private record Target(int client, int server) {
    boolean has(int c, int s) {
      return (client < 0 || client == c) && (server < 0 || server == s);
    }
  }

  private final Mesh mesh;
  private final SplittableRandom random;
  private final long startNs = System.nanoTime();
  private int struck;

  Faults(Mesh mesh, long seed) {
    this.mesh = mesh;
    this.random = new SplittableRandom(seed);
  }

  int struck() {
    return struck;
  }

  /** One fault after the other, with calm between, until the time has passed. */
  void strikeFor(long ns) throws Exception {
    Kind[] kinds = Kind.values();
    while (System.nanoTime() - startNs < ns) {
      List<Kind> some = new ArrayList<>(List.of(kinds[random.nextInt(kinds.length)]));
      if (random.nextInt(4) == 0) {
        some.add(kinds[random.nextInt(Kind.KILL.ordinal())]); // two troubles at once
      }
      strike(some, 50 + random.nextInt(2_950));
      Thread.sleep(random.nextInt(1_000));
      if (random.nextInt(3) > 0) {
        mesh.calmFor(3_000 + random.nextInt(2_000));
      }
    }
  }

  /** Each of these once, briefly. */
  void strikeEach(List<Kind> kinds, int ms) throws Exception {
    for (Kind kind : kinds) {
      strike(List.of(kind), ms);
      Thread.sleep(ms / 2);
    }
  }

  private void strike(List<Kind> kinds, int ms) throws Exception {
    int server = random.nextInt(mesh.serverCount());
    int client = random.nextInt(mesh.clientCount());
    Target target = switch (random.nextInt(3)) {
      case 0 -> new Target(client, server);
      case 1 -> new Target(-1, server);
      default -> new Target(client, -1);
    };
    System.out.printf(
        Locale.ROOT,
        "soak %7.1f s: %s for %d ms, client %s, server %s%n",
        (System.nanoTime() - startNs) / 1e9,
        kinds,
        ms,
        target.client < 0 ? "any" : target.client,
        target.server < 0 ? "any" : target.server);
    struck += kinds.size();
    for (Kind kind : kinds) {
      begin(kind, target, server, client);
    }
    Thread.sleep(ms);
    for (Kind kind : kinds) {
      end(kind, server);
    }
    mesh.proxies().forEach(FaultProxy::heal);
  }

  private void begin(Kind kind, Target target, int server, int client) throws Exception {
    int rate = 20_000 + random.nextInt(500_000);
    int delayMs = 5 + random.nextInt(200);
    for (int c = 0; c < mesh.clientCount(); c++) {
      for (int s = 0; s < mesh.serverCount(); s++) {
        if (target.has(c, s)) {
          strike(kind, mesh.proxy(c, s), rate, delayMs);
        }
      }
    }
    switch (kind) {
      case KILL -> mesh.server(server).kill();
      case FREEZE -> mesh.server(server).signal("STOP");
      case DRAIN -> mesh.server(server).drain();
      case REPLACE_CLIENT -> mesh.replaceClient(client);
      default -> {}
    }
  }

  private static void strike(Kind kind, FaultProxy proxy, int rate, int delayMs) {
    switch (kind) {
      case PAUSE -> proxy.mode(FaultProxy.Mode.PAUSE);
      case RESET -> proxy.reset();
      case BLACK_HOLE -> proxy.mode(FaultProxy.Mode.BLACK_HOLE);
      case DELAY -> proxy.delay(delayMs);
      case BANDWIDTH -> proxy.bandwidth(rate);
      case HALF_OPEN -> proxy.halfOpen();
      default -> {}
    }
  }

  private void end(Kind kind, int server) {
    switch (kind) {
      case KILL, DRAIN -> mesh.server(server).start();
      case FREEZE -> mesh.server(server).signal("CONT");
      default -> {}
    }
  }
}
