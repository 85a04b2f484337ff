package io.meshrpc.zmq;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.zeromq.ZEvent;

/**
 * Why a client's new connection has ended before anything came over it, as far as ZeroMQ tells. Events
 * come from who reads and writes, {@link #heard} from the loop.
 */
final class Handshakes {
  /**
   * What to tell of a connection that came to nothing.
   *
   * @param reason in words
   * @param lasting whether it will not be otherwise soon
   */
  record Failure(String reason, boolean lasting) {}

  /** A connection that has not been heard of yet. */
  private record Stage(boolean greeted, long sinceNs) {}

  private final boolean curve;
  private final long timeoutNs; // of the greeting
  private final Map<Long, Stage> stages = new ConcurrentHashMap<>();
  private final Map<Long, Failure> failures = new ConcurrentHashMap<>();

  Handshakes(boolean curve, int timeoutMs) {
    this.curve = curve;
    this.timeoutNs = TimeUnit.MILLISECONDS.toNanos(timeoutMs);
  }

  void onConnected(long route, long nowNs) {
    failures.remove(route);
    stages.merge(route, new Stage(false, nowNs), (early, late) -> early);
  }

  /** Both sides speak ZMTP and want the same mechanism. May come first, from another thread. */
  void onGreeted(long route, long nowNs) {
    stages.put(route, new Stage(true, nowNs));
  }

  /** The server says that it does not want this client. */
  void onStatus(long route, ZEvent event) {
    Object value = event.getValue();
    String status = String.valueOf(value);
    String why =
        status.equals("400") ? "this client's key is not on its list" : "it could not judge";
    failures.put(
        route, new Failure("refused by the server: " + why + " (ZAP " + status + ")", true));
  }

  /** Something in the handshake is not as it must be. */
  void onBroken(long route, ZEvent event) {
    Object value = event.getValue();
    String what = String.valueOf(value).replace("ZMQ_PROTOCOL_ERROR_", "");
    failures.putIfAbsent(
        route,
        new Failure(
            what.endsWith("CRYPTOGRAPHIC")
                ? "the server does not have the expected key (" + what + ")"
                : "the handshake failed (" + what + ")",
            true));
  }

  /** Something came: the handshake is over. */
  void heard(long route) {
    if (!stages.isEmpty()) {
      stages.remove(route);
      failures.remove(route);
    }
  }

  /** The connection has ended; null if it had come to something, or nothing can be said. */
  @Nullable
  Failure onDisconnected(long route, long nowNs) {
    Stage stage = stages.remove(route);
    Failure known = failures.remove(route);
    if (stage == null || known != null) {
      return known;
    }
    if (!stage.greeted()) {
      if (nowNs - stage.sinceNs() >= timeoutNs) {
        return null; // slow, no more is known: JeroMQ tries again
      }
      return new Failure(
          "no agreement in ZeroMQ's greeting: the server "
              + (curve ? "does not speak CURVE" : "may want CURVE")
              + ", has no room for more connections, or is no server of a mesh",
          false);
    }
    return curve
        ? new Failure(
            "the server closed the connection in the handshake: it may have another key", false)
        : null;
  }
}
