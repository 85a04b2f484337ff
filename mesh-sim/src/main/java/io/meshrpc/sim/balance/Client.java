package io.meshrpc.sim.balance;

import io.meshrpc.api.LoadBalancer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** One caller: its balancer, what it has in flight, and the choices that were put off. */
final class Client {
  final LoadBalancer balancer;
  final Arrivals arrivals;
  final RandomGenerator chance;
  final List<ServerView> views = new ArrayList<>();
  final ArrayDeque<Request> putOff = new ArrayDeque<>();
  int candidates; // the first so many views
  int inFlight;

  Client(LoadBalancer balancer, Arrivals arrivals, RandomGenerator chance) {
    this.balancer = balancer;
    this.arrivals = arrivals;
    this.chance = chance;
  }
}
