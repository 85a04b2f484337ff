package io.meshrpc.zmq;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.zeromq.ZEvent;

/**
 * Why a client's new connection has ended before anything came over it, as far as ZeroMQ tells. Events
 * come from JeroMQ's thread, {@link #heard} from the loop.
 */
final class Handshakes {
  /**
   * What to tell of a connection that came to nothing.
   *
   * @param reason in words
   * @param lasting whether it will not be otherwise soon
   */
  record Failure(String reason, boolean lasting) {}

  private enum Stage {
    CONNECTED,
    GREETED
  }

  private final boolean curve;
  private final Map<Long, Stage> stages = new ConcurrentHashMap<>(); // of those not heard of yet
  private final Map<Long, Failure> failures = new ConcurrentHashMap<>();

  Handshakes(boolean curve) {
    this.curve = curve;
  }

  void onConnected(long route) {
    failures.remove(route);
    stages.put(route, Stage.CONNECTED);
  }

  /** Both sides speak ZMTP and want the same mechanism. */
  void onGreeted(long route) {
    stages.replace(route, Stage.GREETED);
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
  Failure onDisconnected(long route) {
    Stage stage = stages.remove(route);
    Failure known = failures.remove(route);
    if (stage == null || known != null) {
      return known;
    }
    if (stage == Stage.CONNECTED) {
      return new Failure(
          "no agreement in ZeroMQ's greeting: the server "
              + (curve ? "does not speak CURVE" : "may want CURVE")
              + ", or is no server of a mesh",
          false);
    }
    return curve
        ? new Failure(
            "the server closed the connection in the handshake: it may have another key", false)
        : null;
  }
}
