package io.meshrpc;

import io.meshrpc.api.LoadBalancer;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;

/** The load balancers of all clients, for as long as somebody holds them: each serves one loop. */
final class BalancersInUse {
  private static final List<WeakReference<LoadBalancer>> TAKEN = new ArrayList<>();

  private BalancersInUse() {}

  /** False if a client has it, or had it. */
  static synchronized boolean take(LoadBalancer balancer) {
    TAKEN.removeIf(each -> each.refersTo(null));
    for (WeakReference<LoadBalancer> each : TAKEN) {
      if (each.refersTo(balancer)) {
        return false;
      }
    }
    TAKEN.add(new WeakReference<>(balancer));
    return true;
  }

  /** The client that has taken it has come to nothing. */
  static synchronized void giveBack(LoadBalancer balancer) {
    TAKEN.removeIf(each -> each.refersTo(balancer));
  }
}
