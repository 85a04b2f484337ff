package io.meshrpc.core;

import io.meshrpc.api.Code;
import io.meshrpc.api.LoadBalancer;
import io.meshrpc.api.Priority;
import io.meshrpc.api.Status;
import java.util.HashMap;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * What a client knows of how its requests are received, by service and priority, over half a minute.
 * While servers refuse too many of them for want of room, it fails some calls itself, so that servers
 * need not spend their time on refusing (adaptive throttling, chapter 21 of Google's book on site
 * reliability).
 */
final class Throttle {
  static final double OFF = 0;
  private static final Priority[] PRIORITIES = Priority.values();
  private static final double REJECT_MOST = 0.9; // the rest sees whether servers have recovered
  private static final int REQUESTS_MIN = 10; // a few refusals say nothing
  private static final int SECONDS = 30; // that are counted
  private static final long SECOND_NS = 1_000_000_000L;
  private static final double RECENT = 1.0 / 32;

  private final double ratio;
  private final RandomGenerator random;
  private final Map<String, Tally[]> tallies = new HashMap<>(); // by service and priority
  private String latest = ""; // service that was asked for
  private Tally[] ofLatest = newTallies(); // of no service, until then

  /** Requests of one service and priority. */
  private static final class Tally {
    final SlidingSum requests = new SlidingSum(SECONDS, SECOND_NS);
    final SlidingSum accepted = new SlidingSum(SECONDS, SECOND_NS);
    double refusedShare; // of about the last thirty-two answers
  }

  /**
   * Lets through so many times as many requests as are accepted; {@link #OFF} lets all through.
   *
   * @param random for the choice of calls
   */
  Throttle(double ratio, RandomGenerator random) {
    this.ratio = ratio;
    this.random = random;
  }

  /** Whether a new call fails here and now; a call that does counts as a request not accepted. */
  boolean rejects(ClientCall call, long nowNs) {
    if (ratio == OFF) {
      return false;
    }
    double share = rejectShare(call, nowNs);
    boolean rejected = share > 0 && random.nextDouble() < share;
    if (rejected) {
      tally(call).requests.add(nowNs);
    }
    return rejected;
  }

  /** What the caller of a rejected call is told. */
  Status rejected(ClientCall call) {
    String text = "not sent: of late, servers have refused most %s requests to %s for want of room";
    return new Status(
        Code.RESOURCE_EXHAUSTED,
        text.formatted(call.options().priority(), call.method().service()));
  }

  /** An attempt was answered. */
  void onAnswer(ClientCall call, LoadBalancer.Outcome outcome, long nowNs) {
    boolean refused = outcome == LoadBalancer.Outcome.REFUSED;
    boolean accepted = outcome == LoadBalancer.Outcome.SUCCESS
        || outcome == LoadBalancer.Outcome.ANSWERED
        || outcome == LoadBalancer.Outcome.FAULT;
    if (!refused && !accepted) {
      return; // says nothing of room
    }
    Tally tally = tally(call);
    tally.requests.add(nowNs);
    if (accepted) {
      tally.accepted.add(nowNs);
    }
    tally.refusedShare += RECENT * ((refused ? 1 : 0) - tally.refusedShare);
  }

  /** Whether most of the latest attempts were refused: another server is not likely to have room. */
  boolean isRefusedEverywhere(ClientCall call) {
    return tally(call).refusedShare > 0.4;
  }

  /** The share of calls that are rejected now. */
  double rejectShare(ClientCall call, long nowNs) {
    Tally tally = tally(call);
    long requests = tally.requests.sum(nowNs);
    if (requests < REQUESTS_MIN) {
      return 0;
    }
    double excess = requests - ratio * tally.accepted.sum(nowNs);
    return Math.max(0, Math.min(REJECT_MOST, excess / (requests + 1)));
  }

  private Tally tally(ClientCall call) {
    String service = call.method().service();
    if (!service.equals(latest)) { // most calls are of the service of the one before
      ofLatest = tallies.computeIfAbsent(service, any -> newTallies());
      latest = service;
    }
    return ofLatest[call.options().priority().ordinal()];
  }

  private static Tally[] newTallies() {
    Tally[] all = new Tally[PRIORITIES.length];
    for (int i = 0; i < all.length; i++) {
      all[i] = new Tally();
    }
    return all;
  }
}
