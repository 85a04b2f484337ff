package io.meshrpc.examples;

import io.meshrpc.api.PeerState;
import java.util.EnumSet;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * What the calls noticed of one event, and when the liveness table did.
 *
 * @param title what happened
 * @param seen the calls that ended in its time
 * @param suspectMillis from the event to SUSPECT
 * @param downMillis from the event to DOWN
 * @param aliveMillis from the event to WARMING or UP: the server takes calls again
 * @param upMillis from the event to UP
 */
record EventReport(
    String title,
    Window seen,
    OptionalDouble suspectMillis,
    OptionalDouble downMillis,
    OptionalDouble aliveMillis,
    OptionalDouble upMillis) {
  static final String HEADING = "%-34s %9s %6s %8s %10s %8s %8s %8s %8s"
      .formatted("event", "calls", "failed", "gap ms", "worst ms", "SUSPECT", "DOWN", "back", "UP");

  /** The report of an event at one server. */
  static EventReport of(String title, Window seen, TransitionLog log, String endpoint) {
    return new EventReport(
        title,
        seen,
        until(log, EnumSet.of(PeerState.SUSPECT), endpoint, seen),
        until(log, EnumSet.of(PeerState.DOWN), endpoint, seen),
        until(log, TransitionLog.ALIVE, endpoint, seen),
        until(log, EnumSet.of(PeerState.UP), endpoint, seen));
  }

  /** The report of a time in which nothing happened to any one server. */
  static EventReport of(String title, Window seen) {
    OptionalDouble none = OptionalDouble.empty();
    return new EventReport(title, seen, none, none, none, none);
  }

  private static OptionalDouble until(
      TransitionLog log, Set<PeerState> states, String endpoint, Window seen) {
    return log.millisUntil(states, endpoint, seen.beginNs);
  }

  /** One row of the table under {@link #HEADING}. */
  @Override
  public String toString() {
    return "%-34s %,9d %6d %8.0f %10.0f %8s %8s %8s %8s"
        .formatted(
            title,
            seen.calls.sum(),
            seen.failures.sum(),
            seen.gapMillis(),
            seen.worstMillis(),
            text(suspectMillis),
            text(downMillis),
            text(aliveMillis),
            text(upMillis));
  }

  private static String text(OptionalDouble millis) {
    return millis.isPresent() ? "%.0f ms".formatted(millis.getAsDouble()) : "";
  }
}
