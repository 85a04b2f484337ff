package io.meshrpc.zmq;

import io.meshrpc.api.PeerIdentity;
import io.meshrpc.security.CurveSecurity;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;
import zmq.io.Metadata;

/**
 * Knows, at a server, whose key stands behind each connection. A connection cannot be closed from here;
 * one that was shown out is not listened to any more. Owned by the loop thread.
 */
final class CurveDoor {
  private final ZapDesk desk;
  private final Map<Long, PeerIdentity> inside = new HashMap<>();

  private CurveDoor(ZapDesk desk) {
    this.desk = desk;
  }

  /**
   * Makes a socket speak CURVE, before it is bound or connected.
   *
   * @param news of a server; null for a client, which gets no door
   */
  static @Nullable CurveDoor open(
      ZContext context, ZMQ.Socket socket, CurveSecurity curve, ZapDesk.@Nullable News news) {
    socket.setCurveServer(news != null);
    socket.setCurvePublicKey(bytes(curve.keys().publicKey()));
    socket.setCurveSecretKey(bytes(curve.keys().secretKey()));
    if (news == null) {
      socket.setCurveServerKey(bytes(curve.serverKey()));
      return null;
    }
    return new CurveDoor(new ZapDesk(context, curve, news));
  }

  private static byte[] bytes(String key) {
    return key.getBytes(StandardCharsets.US_ASCII);
  }

  /** The first frame of a connection; false if it is of nobody whom the list knows. */
  boolean enter(long route, @Nullable Metadata metadata) {
    PeerIdentity peer = desk.enter(metadata);
    if (peer == null) {
      return false;
    }
    inside.put(route, peer);
    return true;
  }

  boolean isIn(long route) {
    return inside.containsKey(route);
  }

  PeerIdentity peer(long route) {
    return inside.getOrDefault(route, PeerIdentity.NONE);
  }

  void forget(long route) {
    PeerIdentity peer = inside.remove(route);
    if (peer != null) {
      desk.left(peer);
    }
  }

  /** After the server's socket, which would let in everybody without it. */
  void close() {
    desk.close();
  }

  /** Shows out those whom the list no longer knows, or under another name; who they were. */
  Map<Long, PeerIdentity> judgeAgain() {
    List<Long> out = new ArrayList<>();
    inside.forEach((route, peer) -> {
      if (!desk.isIn(peer)) {
        out.add(route);
      }
    });
    Map<Long, PeerIdentity> shown = new HashMap<>();
    for (long route : out) {
      shown.put(route, peer(route));
      forget(route);
    }
    return shown;
  }
}
