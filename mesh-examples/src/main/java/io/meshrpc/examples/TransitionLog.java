package io.meshrpc.examples;

import io.meshrpc.api.MeshListener;
import io.meshrpc.api.PeerState;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/** Keeps every move in a client's liveness table, with its moment. */
final class TransitionLog implements MeshListener {
  /** States in which a server takes calls. */
  static final Set<PeerState> ALIVE = EnumSet.of(PeerState.WARMING, PeerState.UP);

  private record Moved(long atNs, Transition transition) {}

  private final List<Moved> moves = new CopyOnWriteArrayList<>();

  @Override
  public void onTransition(Transition transition) {
    moves.add(new Moved(System.nanoTime(), transition));
  }

  /** Milliseconds from a moment to the first move of a server into one of these states. */
  OptionalDouble millisUntil(Set<PeerState> states, String endpoint, long sinceNs) {
    return moves.stream()
        .filter(moved -> moved.atNs() - sinceNs >= 0)
        .filter(moved -> moved.transition().endpoint().equals(endpoint))
        .filter(moved -> states.contains(moved.transition().to()))
        .mapToDouble(moved -> (moved.atNs() - sinceNs) / 1e6)
        .findFirst();
  }

  /** Whether a server moved into this state after a moment. */
  boolean saw(PeerState state, String endpoint, long sinceNs) {
    return millisUntil(EnumSet.of(state), endpoint, sinceNs).isPresent();
  }

  /** All moves since a moment, for people. */
  List<String> since(long sinceNs) {
    return moves.stream()
        .filter(moved -> moved.atNs() - sinceNs >= 0)
        .map(moved -> "after %.0f ms %s: %s -> %s, %s"
            .formatted(
                (moved.atNs() - sinceNs) / 1e6,
                moved.transition().endpoint(),
                moved.transition().from(),
                moved.transition().to(),
                moved.transition().reason()))
        .toList();
  }
}
