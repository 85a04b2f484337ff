package io.meshrpc.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** The peers, by the names of the command line. */
enum PeerKind {
  MESH("mesh", () -> new MeshPeer(false, null)),
  MESH_DIRECT("mesh-direct", () -> new MeshPeer(true, null)),
  MESH_SPIN("mesh-spin", () -> MeshPeer.spinning(Duration.ofNanos(50_000))),
  MESH_DIRECT_FUTURES("mesh-direct-futures", MeshPeer::directByFutures),
  MESH_TLS("mesh-tls", () -> new MeshPeer(false, new TlsKeys())),
  MESH_DIRECT_TLS("mesh-direct-tls", () -> new MeshPeer(true, new TlsKeys())),
  MESH_CURVE("mesh-curve", () -> new MeshPeer(false, new CurveBenchKeys())),
  MESH_DIRECT_CURVE("mesh-direct-curve", () -> new MeshPeer(true, new CurveBenchKeys())),
  JEROMQ("jeromq", JeromqPeer::new),
  RAWTCP("rawtcp", RawTcpPeer::new),
  GRPC("grpc", () -> new GrpcPeer(false, Duration.ZERO)),
  GRPC_DIRECT("grpc-direct", () -> new GrpcPeer(true, Duration.ZERO)),
  GRPC_KEEPALIVE("grpc-keepalive", () -> new GrpcPeer(false, Duration.ofSeconds(10))),
  RSOCKET("rsocket", RsocketPeer::new),
  NATS("nats", NatsPeer::new);

  private final String label;
  private final Supplier<BenchPeer> maker;

  PeerKind(String label, Supplier<BenchPeer> maker) {
    this.label = label;
    this.maker = maker;
  }

  /** Its name on the command line and in tables. */
  String label() {
    return label;
  }

  BenchPeer make() {
    return maker.get();
  }

  /** Whether it has only sockets, which their thread must wait for. */
  boolean isBare() {
    return this == JEROMQ || this == RAWTCP;
  }

  /** Whether it needs certificates. */
  boolean hasTls() {
    return this == MESH_TLS || this == MESH_DIRECT_TLS;
  }

  /** Whether it knows deadlines, retries and a graceful end. */
  boolean canFailOver() {
    return switch (this) {
      case MESH,
          MESH_DIRECT,
          MESH_SPIN,
          MESH_DIRECT_FUTURES,
          MESH_TLS,
          MESH_DIRECT_TLS,
          MESH_CURVE,
          MESH_DIRECT_CURVE,
          GRPC,
          GRPC_DIRECT,
          GRPC_KEEPALIVE -> true;
      case JEROMQ, RAWTCP, RSOCKET, NATS -> false;
    };
  }

  /**
   * The kinds of a list such as {@code mesh,grpc}.
   *
   * @throws IllegalArgumentException if a name is not known or occurs twice
   */
  static List<PeerKind> parseList(String names) {
    List<PeerKind> kinds = new ArrayList<>();
    for (String name : names.split(",", -1)) {
      PeerKind kind = parse(name);
      if (kinds.contains(kind)) {
        throw new IllegalArgumentException("--peers: " + name + " twice (expected: each once)");
      }
      kinds.add(kind);
    }
    return List.copyOf(kinds);
  }

  private static PeerKind parse(String name) {
    return Arrays.stream(values())
        .filter(kind -> kind.label.equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException(
            "--peers: \"" + name + "\" (expected: some of " + labels() + ")"));
  }

  private static String labels() {
    return Arrays.stream(values()).map(PeerKind::label).collect(Collectors.joining(","));
  }
}
