package io.meshrpc.zmq;

/**
 * What a loop drives: an engine and the notes that it takes.
 *
 * @param <E> the engine
 */
interface Node<E> extends Transport.Sink {
  /** The engine. */
  E engine();

  /** Tells it what time it is. Called before everything else in a turn. */
  void setNow(long nowNs);

  /** Whether frames of this turn have brought so much that it should be answered first. */
  boolean hasEnough();

  /** Whether something that came is still to be taken up, before another frame. */
  default boolean hasRest() {
    return false;
  }

  /** Takes up the next part of that. */
  default void takeRest() {
    throw new IllegalStateException("nothing is left");
  }

  /** Time has passed. */
  void tick(long nowNs);

  /** When it wants the next tick. */
  long nextTick();

  /** Does what the engine noted: sends, completes, invokes. */
  void flush(long nowNs);

  /** To whom the loop lends its thread once a turn is over. */
  default Guests guests() {
    return Guests.NONE;
  }

  /** Whether the loop may end. */
  boolean isDone(long nowNs);

  /** Ends everything at once. */
  void abort(long nowNs);

  /** The loop has ended and the socket is closed. */
  void onClosed();
}
