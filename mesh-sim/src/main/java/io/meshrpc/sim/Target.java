package io.meshrpc.sim;

import java.util.List;

/** The nodes that a {@link Fault} strikes. */
public final class Target {
  private static final int ALL = -1;
  private static final int ANY = -2;

  private final boolean ofServers;
  private final int index;

  private Target(boolean ofServers, int index) {
    this.ofServers = ofServers;
    this.index = index;
  }

  /** One server, from 0. */
  public static Target server(int index) {
    return new Target(true, index);
  }

  /** One client, from 0. */
  public static Target client(int index) {
    return new Target(false, index);
  }

  /** All servers. */
  public static Target allServers() {
    return new Target(true, ALL);
  }

  /** All clients. */
  public static Target allClients() {
    return new Target(false, ALL);
  }

  /** One of the servers, drawn anew at each stroke. */
  public static Target anyServer() {
    return new Target(true, ANY);
  }

  /** One of the clients, drawn anew at each stroke. */
  public static Target anyClient() {
    return new Target(false, ANY);
  }

  List<SimServer> servers(Sim sim) {
    return ofServers ? those(sim.servers, sim) : List.of();
  }

  List<SimClient> clients(Sim sim) {
    return ofServers ? List.of() : those(sim.clients, sim);
  }

  private <N> List<N> those(List<N> nodes, Sim sim) {
    return switch (index) {
      case ALL -> nodes;
      case ANY -> List.of(nodes.get(sim.strokes.nextInt(nodes.size())));
      default -> List.of(nodes.get(index));
    };
  }

  /** Checks that the nodes are there. */
  void check(int clients, int servers) {
    int count = ofServers ? servers : clients;
    if (index < ANY || index >= count) {
      throw new IllegalArgumentException(
          this + " (expected: one of " + count + (ofServers ? " servers)" : " clients)"));
    }
  }

  @Override
  public String toString() {
    String kind = ofServers ? "server" : "client";
    return switch (index) {
      case ALL -> "all " + kind + "s";
      case ANY -> "any " + kind;
      default -> kind + " " + index;
    };
  }
}
