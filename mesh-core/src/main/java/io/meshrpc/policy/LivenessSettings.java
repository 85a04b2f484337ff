package io.meshrpc.policy;

import java.time.Duration;

/**
 * When a server counts as doubtful, gone and back.
 *
 * @param heartbeatInterval a ping is sent after so long without a word from the server
 * @param heartbeatPatience how long the answer to such a ping may take before the server is suspect
 * @param overdueFactor the oldest attempt is overdue after so many times what calls usually take
 * @param overdueMin but not before this age
 * @param pingPatienceMin least time that an overdue server has to answer a ping
 * @param pingPatienceMax most time that it has; between the two, measured round trips decide
 * @param downAfter a suspect server is down after so long without a word
 * @param backoffBase the pause before a server that is down is tried again; doubles each time
 * @param backoffMax the longest such pause
 * @param slowStart how long the share of a new server process grows
 * @param slowStartBack how long the share of a server that was away grows
 * @param localPause if this process itself stood still for so long, nobody is suspected for it
 * @param ejectAfterFailures so many failures in a row, of the kind that is a server's fault, eject
 * @param stalledAfter a server with a queue that completes nothing for so long is suspect
 */
public record LivenessSettings(
    Duration heartbeatInterval,
    Duration heartbeatPatience,
    int overdueFactor,
    Duration overdueMin,
    Duration pingPatienceMin,
    Duration pingPatienceMax,
    Duration downAfter,
    Duration backoffBase,
    Duration backoffMax,
    Duration slowStart,
    Duration slowStartBack,
    Duration localPause,
    int ejectAfterFailures,
    Duration stalledAfter) {
  /** What holds unless set otherwise. */
  public static final LivenessSettings DEFAULTS = new LivenessSettings(
      Duration.ofMillis(500),
      Duration.ofMillis(250),
      4,
      Duration.ofMillis(30),
      Duration.ofMillis(50),
      Duration.ofMillis(500),
      Duration.ofSeconds(2),
      Duration.ofMillis(500),
      Duration.ofSeconds(30),
      Duration.ofSeconds(10),
      Duration.ofSeconds(2),
      Duration.ofMillis(200),
      5,
      Duration.ofSeconds(1));

  /** Checks the ranges. */
  public LivenessSettings {
    positive("heartbeatInterval", heartbeatInterval);
    positive("heartbeatPatience", heartbeatPatience);
    positive("overdueMin", overdueMin);
    positive("pingPatienceMin", pingPatienceMin);
    positive("pingPatienceMax", pingPatienceMax);
    positive("downAfter", downAfter);
    positive("backoffBase", backoffBase);
    positive("backoffMax", backoffMax);
    positive("slowStart", slowStart);
    positive("slowStartBack", slowStartBack);
    positive("localPause", localPause);
    positive("stalledAfter", stalledAfter);
    if (overdueFactor < 1) {
      throw new IllegalArgumentException("overdueFactor: " + overdueFactor + " (expected: >= 1)");
    }
    if (ejectAfterFailures < 1) {
      throw new IllegalArgumentException(
          "ejectAfterFailures: " + ejectAfterFailures + " (expected: >= 1)");
    }
  }

  /** These settings with other heartbeats. */
  public LivenessSettings withHeartbeat(Duration interval, Duration patience) {
    return new LivenessSettings(
        interval,
        patience,
        overdueFactor,
        overdueMin,
        pingPatienceMin,
        pingPatienceMax,
        downAfter,
        backoffBase,
        backoffMax,
        slowStart,
        slowStartBack,
        localPause,
        ejectAfterFailures,
        stalledAfter);
  }

  /** These settings with another time until a silent server is down. */
  public LivenessSettings withDownAfter(Duration silence) {
    return new LivenessSettings(
        heartbeatInterval,
        heartbeatPatience,
        overdueFactor,
        overdueMin,
        pingPatienceMin,
        pingPatienceMax,
        silence,
        backoffBase,
        backoffMax,
        slowStart,
        slowStartBack,
        localPause,
        ejectAfterFailures,
        stalledAfter);
  }

  private static void positive(String name, Duration span) {
    if (span.isNegative() || span.isZero()) {
      throw new IllegalArgumentException(name + ": " + span + " (expected: > 0)");
    }
  }
}
