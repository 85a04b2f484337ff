package io.meshrpc.bench;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** What a command line asks for. */
sealed interface Settings {
  /** Nothing but the usage. */
  record Usage() implements Settings {}

  /**
   * Peers side by side.
   *
   * @param peers in the order in which they take their turns
   * @param load what their clients do
   * @param servers JVMs that serve each of them
   * @param rounds turns of each peer
   * @param seconds length of a turn
   * @param warmUpSeconds length of each peer's warm-up
   * @param json where the figures go
   * @param plot directory where the charts go
   */
  record Compare(
      List<PeerKind> peers,
      Load load,
      int servers,
      int rounds,
      int seconds,
      int warmUpSeconds,
      Optional<Path> json,
      Optional<Path> plot)
      implements Settings {}

  /**
   * Servers that fail.
   *
   * @param frozenSeconds how long a frozen server stays so
   * @param again whether the client has been through the same before
   */
  record FailOver(
      List<PeerKind> peers,
      Event event,
      int callers,
      int rounds,
      int warmUpSeconds,
      int frozenSeconds,
      boolean again,
      Optional<Path> json)
      implements Settings {}

  /**
   * A mesh that grows.
   *
   * @param servers of the idle mesh
   * @param clients most clients, and servers, of the busy one
   * @param seconds length of each measurement
   */
  record Grow(int servers, int clients, int seconds, int warmUpSeconds, Optional<Path> json)
      implements Settings {}

  /**
   * More than the servers can do.
   *
   * @param factor what is offered, by what they can do
   * @param seconds how long
   */
  record TooMuch(
      List<PeerKind> peers,
      double factor,
      int servers,
      int rounds,
      int seconds,
      Optional<Path> json)
      implements Settings {}

  /** What happens to a server. */
  enum Event {
    KILL,
    FREEZE,
    DRAIN,
    /** Nothing: what the same figures are without an event. */
    NONE;

    /** Its name on the command line and in tables. */
    String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * Reads a command line.
   *
   * @throws IllegalArgumentException if it is wrong, with the value and what was expected
   */
  static Settings parse(String... words) {
    Arguments line = Arguments.parse(List.of(words), Set.of("--scale", "--again", "--help"));
    if (line.has("--help")) {
      return new Usage();
    }
    if (line.has("--failover") && line.has("--scale")) {
      throw new IllegalArgumentException("--scale: with --failover (expected: one of them)");
    }
    if (line.has("--overload")) {
      return tooMuch(line);
    }
    return line.has("--failover")
        ? failOver(line)
        : line.has("--scale") ? grow(line) : compare(line);
  }

  private static Compare compare(Arguments line) {
    line.allowOnly(names("--peers --mode --payload --inflight --threads --servers --rounds"
        + " --seconds --warmup --open --clients --json --plot"));
    List<PeerKind> peers = PeerKind.parseList(line.text("--peers", "mesh,jeromq,rawtcp,grpc"));
    Load load = load(line);
    if (load.openPerSecond() > 0 && load.mode() == Load.Mode.CHAINED) {
      throw new IllegalArgumentException(
          "--open: with --mode chained, where calls follow each other (expected: another mode)");
    }
    if (load.openPerSecond() > 0 && load.mode() == Load.Mode.THROUGHPUT) {
      peers.stream().filter(PeerKind::isBare).findFirst().ifPresent(bare -> {
        throw new IllegalArgumentException("--open: with --mode throughput and " + bare.label()
            + ", whose one thread cannot keep time while it waits (expected: --mode latency, or"
            + " other peers)");
      });
    }
    if (load.clients() > 1) {
      peers.stream().filter(PeerKind::isBare).findFirst().ifPresent(bare -> {
        throw new IllegalArgumentException("--clients: with " + bare.label()
            + ", which has sockets for each thread (expected: other peers)");
      });
    }
    return new Compare(
        peers,
        load,
        line.number("--servers", 1, 1, 64),
        line.number("--rounds", 3, 1, 1000),
        line.number("--seconds", 5, 1, 3600),
        line.number("--warmup", 25, 0, 3600),
        path(line, "--json"),
        path(line, "--plot"));
  }

  private static Load load(Arguments line) {
    String mode = line.choice("--mode", "latency", List.of("latency", "throughput", "chained"));
    boolean latency = mode.equals("latency");
    if (latency && line.has("--inflight")) {
      throw new IllegalArgumentException(
          "--inflight: with --mode latency (expected: --threads, each with one call)");
    }
    int threads = line.number("--threads", 1, 1, 4096);
    int inFlight = latency ? threads : line.number("--inflight", 64, 1, 100_000);
    if (inFlight < threads) {
      throw new IllegalArgumentException("--inflight: " + inFlight
          + " (expected: at least one for each of " + threads + " threads)");
    }
    int clients = line.number("--clients", 1, 1, 1024);
    if (latency && clients > threads) {
      throw new IllegalArgumentException(
          "--clients: " + clients + " (expected: at most one for each of " + threads + " threads)");
    }
    return new Load(
        Load.Mode.valueOf(mode.toUpperCase(Locale.ROOT)),
        line.number("--payload", 16, 1, 1 << 20),
        inFlight,
        threads,
        line.number("--open", 0, 1, 10_000_000),
        clients);
  }

  private static FailOver failOver(Arguments line) {
    line.allowOnly(names("--failover --peers --threads --rounds --warmup --frozen --again --json"));
    String event = line.choice("--failover", "", List.of("kill", "freeze", "drain", "none"));
    List<PeerKind> peers = PeerKind.parseList(line.text("--peers", "mesh,grpc"));
    for (PeerKind peer : peers) {
      if (!peer.canFailOver()) {
        throw new IllegalArgumentException("--peers: " + peer.label()
            + " (expected: peers with deadlines and retries: mesh, mesh-direct, grpc, grpc-direct"
            + " or grpc-keepalive)");
      }
    }
    if (line.has("--again") && event.equals("none")) {
      throw new IllegalArgumentException(
          "--again: with --failover none (expected: kill, freeze or drain)");
    }
    return new FailOver(
        peers,
        Event.valueOf(event.toUpperCase(Locale.ROOT)),
        line.number("--threads", 64, 1, 4096),
        line.number("--rounds", 1, 1, 1000),
        line.number("--warmup", 25, 0, 3600),
        line.number("--frozen", 6, 1, 3600),
        line.has("--again"),
        path(line, "--json"));
  }

  private static TooMuch tooMuch(Arguments line) {
    line.allowOnly(names("--overload --peers --servers --rounds --seconds --json"));
    List<PeerKind> peers = PeerKind.parseList(line.text("--peers", "mesh,grpc"));
    for (PeerKind peer : peers) {
      if (peer != PeerKind.MESH && peer != PeerKind.GRPC) {
        throw new IllegalArgumentException(
            "--peers: " + peer.label() + " (expected: mesh, grpc or both)");
      }
    }
    String text = line.text("--overload", "");
    if (!text.matches("\\d{1,3}(\\.\\d{1,3})?") || Double.parseDouble(text) < 0.1) {
      throw new IllegalArgumentException("--overload: " + text + " (expected: 0.1 to 999)");
    }
    return new TooMuch(
        peers,
        Double.parseDouble(text),
        line.number("--servers", 2, 1, 64),
        line.number("--rounds", 3, 1, 1000),
        line.number("--seconds", 5, 1, 3600),
        path(line, "--json"));
  }

  private static Grow grow(Arguments line) {
    line.allowOnly(names("--scale --servers --clients --seconds --warmup --json"));
    int servers = line.number("--servers", 100, 1, 10_000);
    return new Grow(
        servers,
        line.number("--clients", Math.min(servers, 100), 1, servers),
        line.number("--seconds", 5, 1, 3600),
        line.number("--warmup", 5, 0, 3600),
        path(line, "--json"));
  }

  private static Set<String> names(String words) {
    return new LinkedHashSet<>(Arrays.asList(words.split(" ", -1)));
  }

  private static Optional<Path> path(Arguments line, String name) {
    return Optional.ofNullable(line.text(name)).map(Path::of);
  }
}
