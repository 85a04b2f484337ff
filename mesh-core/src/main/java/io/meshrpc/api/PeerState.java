package io.meshrpc.api;

/** Where a server stands in a client's liveness table. docs/guide/liveness.md draws the picture. */
public enum PeerState {
  /** No session yet: the connection or the Hello is under way. */
  CONNECTING,
  /** Alive, and young: takes a share of calls that grows. */
  WARMING,
  /** Alive. */
  UP,
  /** Doubtful: gets no new calls while others can be had; work that may be repeated moves away. */
  SUSPECT,
  /** Gone: what was in flight there has been given up. Tried again with backoff. */
  DOWN,
  /** Back from DOWN or EJECTED: must answer pings and one call at a time before it counts again. */
  PROBATION,
  /** Said Goaway: finishes what it has and takes nothing new. */
  DRAINING,
  /** Alive, but its calls failed too often: left out for a while. */
  EJECTED;

  /** Whether the state machine knows the way from this state to the next. */
  public boolean canBecome(PeerState next) {
    return switch (this) {
      case CONNECTING -> next == WARMING || next == DOWN || next == DRAINING;
      case WARMING ->
        next == UP
            || next == SUSPECT
            || next == DOWN
            || next == DRAINING
            || next == EJECTED
            || next == CONNECTING;
      case UP ->
        next == WARMING
            || next == SUSPECT
            || next == DOWN
            || next == DRAINING
            || next == EJECTED
            || next == CONNECTING;
      case SUSPECT ->
        next == UP
            || next == WARMING
            || next == PROBATION
            || next == DOWN
            || next == DRAINING
            || next == CONNECTING;
      case DOWN -> next == PROBATION || next == WARMING || next == DRAINING || next == CONNECTING;
      case PROBATION ->
        next == WARMING
            || next == SUSPECT
            || next == DOWN
            || next == DRAINING
            || next == EJECTED
            || next == CONNECTING;
      case DRAINING -> next == CONNECTING || next == WARMING || next == DOWN;
      case EJECTED ->
        next == PROBATION
            || next == SUSPECT
            || next == DOWN
            || next == DRAINING
            || next == CONNECTING
            || next == WARMING;
    };
  }
}
