package io.meshrpc.edge;

import io.meshrpc.api.LoadBalancer;
import io.meshrpc.api.MethodDescriptor;
import io.meshrpc.api.PeerView;
import org.jspecify.annotations.Nullable;

/** Logs what a load balancer throws when it is only told something, for nobody else would. */
public final class LoggedBalancer implements LoadBalancer {
  private final LoadBalancer balancer;
  private final RareLog failures = new RareLog();

  /** The balancer, so wrapped. */
  public LoggedBalancer(LoadBalancer balancer) {
    this.balancer = balancer;
  }

  @Override
  public @Nullable PeerView pick(Pick pick) {
    return balancer.pick(pick);
  }

  @Override
  public void onReport(PeerView peer, MethodDescriptor<?, ?> method, long usualNs, long nowNs) {
    try {
      balancer.onReport(peer, method, usualNs, nowNs);
    } catch (Throwable e) {
      log("onReport", e);
    }
  }

  @Override
  public void onEnd(
      PeerView peer, MethodDescriptor<?, ?> method, Outcome outcome, long tookNs, long nowNs) {
    try {
      balancer.onEnd(peer, method, outcome, tookNs, nowNs);
    } catch (Throwable e) {
      log("onEnd", e);
    }
  }

  @Override
  public void onGone(PeerView peer) {
    try {
      balancer.onGone(peer);
    } catch (Throwable e) {
      log("onGone", e);
    }
  }

  private void log(String what, Throwable thrown) {
    failures.warn(what + " of the load balancer failed", thrown);
  }
}
