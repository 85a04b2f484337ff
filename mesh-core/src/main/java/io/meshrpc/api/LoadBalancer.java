package io.meshrpc.api;

import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Chooses a server for an attempt. One instance serves one client and is called from its loop
 * thread only, so that it may keep state without locks; it must not block. What {@link #pick} throws fails
 * the call that it was asked about, with {@link Code#INTERNAL} and the exception as its cause, and nothing
 * else; what the others throw is logged.
 *
 * <p>Most balancers are a lambda: {@code pick -> pick.candidates().get(0)}. One that wants to know
 * more hears what servers say of their load and how attempts end, and may ask servers itself.
 */
@FunctionalInterface
public interface LoadBalancer {
  /** How an attempt ended, as far as it tells of its server. */
  enum Outcome {
    /** A handler answered well. */
    SUCCESS,
    /** A handler answered with an error that is not the server's fault. */
    ANSWERED,
    /** A handler failed in a way that is the server's fault. */
    FAULT,
    /** The server refused the request for lack of room. */
    REFUSED,
    /** No answer came: a lost connection, a server that is gone, a deadline that passed. */
    SILENT,
    /** The client lost interest, or the server handed the request back. Tells nothing. */
    LET_GO
  }

  /**
   * Chooses one of {@link Pick#candidates}.
   *
   * @return the choice; null says: not yet, some servers have been asked by {@link Pick#probe}. The
   *     balancer is then asked again after each report, and once more, without {@link Pick#mayWait},
   *     when the time of {@link Pick#waitAtMost} has passed. Null is an error if {@code mayWait} is
   *     false.
   */
  @Nullable
  PeerView pick(Pick pick);

  /**
   * A server has said how busy it is: {@code peer.load()} is new.
   *
   * @param method the method of the answer or probe that the report came with
   * @param usualNs what successful calls of the method usually take there to run, a moving average;
   *     0 if it does not know
   * @param nowNs the time, on the client's own scale
   */
  default void onReport(PeerView peer, MethodDescriptor<?, ?> method, long usualNs, long nowNs) {}

  /**
   * An attempt has ended.
   *
   * @param tookNs from sending to the end
   */
  default void onEnd(
      PeerView peer, MethodDescriptor<?, ?> method, Outcome outcome, long tookNs, long nowNs) {}

  /**
   * The server is down, is another process now, or was disconnected: what is known of it is void. The
   * attempts that were under way there have ended before.
   */
  default void onGone(PeerView peer) {}

  /** What there is to choose from. Valid during the call of {@link #pick} only. */
  interface Pick {
    /**
     * Servers that offer the method and may get the attempt; at least one, in the order in which they
     * were connected.
     */
    List<? extends PeerView> candidates();

    /** Whether this is one of the candidates; costs no search for a call's first attempt. */
    boolean isCandidate(PeerView peer);

    /**
     * The server that the choice before this one fell on, while the batch for it has not left and is
     * not large; null if there is none, or nobody knows. One request more in that batch costs neither
     * a message nor a wake-up.
     */
    default @Nullable PeerView filling() {
      return null;
    }

    /** Which method is called. */
    MethodDescriptor<?, ?> method();

    /** The attempt's number, from 1. */
    int attempt();

    /** What calls have in common that should go to the same server, if their caller named it. */
    @Nullable
    String routingKey();

    /** How often this choice was put off before. */
    int asked();

    /** Whether the choice may be put off, by returning null. */
    boolean mayWait();

    /** The longest that a choice which is put off may wait, in nanoseconds; 1 ms unless set. */
    void waitAtMost(long spanNs);

    /** Asks a server for a report; the answer is an {@link LoadBalancer#onReport}. */
    void probe(PeerView peer);

    /** Calls of the client that have not ended. */
    int inFlight();

    /** The time, on the client's own scale. */
    long nowNs();

    /** The only source of chance to use, so that a simulation can be repeated. */
    RandomGenerator random();
  }
}
