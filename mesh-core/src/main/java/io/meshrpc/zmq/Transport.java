package io.meshrpc.zmq;

import io.meshrpc.api.PeerIdentity;
import java.util.List;

/** Moves frames between nodes. All but {@link #wake} belongs to the loop thread. */
interface Transport extends AutoCloseable {
  /** Who gets what came. */
  interface Sink {
    /** A frame came. */
    void onFrame(long route, byte[] frame);

    /** A frame came, and with it others; who does not know of those ignores them. */
    default void onFrames(long route, byte[] frame, List<byte[]> attached) {
      onFrame(route, frame);
    }

    /** A connection is gone. */
    void onGone(long route);
  }

  /** Sends a frame, or drops it if the route is gone; never blocks. */
  void send(long route, byte[] frame);

  /** Whether {@link #send(long, byte[], List)} can be used: frames travel as they are. */
  default boolean attaches() {
    return false;
  }

  /** Sends a frame and others with it, which come together or not at all. */
  default void send(long route, byte[] frame, List<byte[]> attached) {
    throw new UnsupportedOperationException("attached frames");
  }

  /** Delivers what has come, at most so many frames; returns how many. */
  int receive(Sink sink, int max);

  /** Moves what was sent on its way, if that is the loop's to do; whether something has come already. */
  default boolean push() {
    return false;
  }

  /** Takes in what has come, if that is the loop's to do and nothing is left from before. */
  default void look() {}

  /** Waits until something comes, {@link #wake} is called, or the time has passed. */
  void await(long timeoutNs);

  /** Ends a wait, from any thread. */
  void wake();

  /**
   * Opens a connection under a number that was never used before.
   *
   * @param endpoint as the user has named it
   * @param address where that is; the same if it has no name
   */
  void connect(long route, String endpoint, String address);

  /** Closes a connection. */
  void disconnect(long route);

  /** A connection came about; whether it can be used at once. If not, {@link Links} tells later. */
  default boolean open(long route) {
    return true;
  }

  /** A connection is lost, and may come about again. */
  default void lost(long route) {}

  /** The address of the other end; "an unknown address" if it is not known. */
  default String address(long route) {
    return "an unknown address";
  }

  /** Who has proven to be at the other end. */
  default PeerIdentity peer(long route) {
    return PeerIdentity.NONE;
  }

  /** For the loop, before it makes itself known as asleep. */
  default void resetWake() {}

  @Override
  void close();
}
