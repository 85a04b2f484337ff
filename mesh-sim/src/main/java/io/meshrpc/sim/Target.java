package io.meshrpc.sim;

import java.util.List;

/** The nodes that a {@link Fault} strikes. */
public final class Target {
  private final boolean ofServers;
  private final int index; // -1: all

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
    return new Target(true, -1);
  }

  /** All clients. */
  public static Target allClients() {
    return new Target(false, -1);
  }

  List<SimServer> servers(Sim sim) {
    return !ofServers ? List.of() : index < 0 ? sim.servers : List.of(sim.servers.get(index));
  }

  List<SimClient> clients(Sim sim) {
    return ofServers ? List.of() : index < 0 ? sim.clients : List.of(sim.clients.get(index));
  }

  /** Checks that the nodes are there. */
  void check(int clients, int servers) {
    int count = ofServers ? servers : clients;
    if (index < -1 || index >= count) {
      throw new IllegalArgumentException(
          this + " (expected: one of " + count + (ofServers ? " servers)" : " clients)"));
    }
  }

  @Override
  public String toString() {
    String kind = ofServers ? "server" : "client";
    return index < 0 ? "all " + kind + "s" : kind + " " + index;
  }
}
