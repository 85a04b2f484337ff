package io.meshrpc.core;

import io.meshrpc.api.PeerState;
import io.meshrpc.wire.Hello;
import io.meshrpc.wire.NodeId;
import io.meshrpc.wire.Refusal;
import io.meshrpc.wire.Welcome;

/** Says Hello: on each new connection, again without an answer, and never where it is not wanted. */
final class Greeter {
  private static final long AGAIN_NS = 500_000_000L;

  private final NodeId self;
  private final String name;
  private final long responseBytesMax;
  private final ClientOutbox out;
  private long epochs; // a server counts them by this client, whatever address it is reached by

  Greeter(NodeId self, String name, long responseBytesMax, ClientOutbox out) {
    this.self = self;
    this.name = name;
    this.responseBytesMax = responseBytesMax;
    this.out = out;
  }

  /** What a server means that welcomes to a version which Hello did not name. */
  static Refusal otherVersion(Welcome welcome) {
    int version = welcome.version();
    String text = "it speaks version " + version + " (expected: " + Hello.VERSION + ")";
    return new Refusal(Refusal.Reason.VERSION, text, version, version, 0, welcome.epoch());
  }

  /**
   * On a new connection: at once, unless the server asked for peace.
   *
   * @param anew whether a session that the process may have with this client is to end. Otherwise the old
   *     epoch is used, which that process ignores, and another one at this address welcomes
   */
  void greet(Peer peer, boolean anew, long now) {
    if (anew) {
      peer.epoch = ++epochs;
    }
    if (now >= peer.helloNotBeforeNs) {
      sayHello(peer, now);
    }
  }

  /** The session was lost and the connection stands: at once, but not again and again. */
  void greetAgain(Peer peer, long now) {
    peer.epoch = ++epochs;
    if (now >= Math.max(peer.renewNotBeforeNs, peer.helloNotBeforeNs)) {
      peer.renewNotBeforeNs = now + AGAIN_NS;
      sayHello(peer, now);
    }
  }

  /** Says Hello once more if that is due. */
  void check(Peer peer, long now) {
    if (isGreeting(peer) && now >= nextNs(peer)) {
      sayHello(peer, now);
    }
  }

  /** When Hello is due once more; MAX_VALUE if there is a session or no connection. */
  long nextCheckNs(Peer peer, long now) {
    return isGreeting(peer) ? Math.max(now + 1, nextNs(peer)) : Long.MAX_VALUE;
  }

  /**
   * Whether Hello has gone unanswered for so long that the connection is worth nothing. To be asked
   * before Hello is said once more. A refusal is an answer.
   */
  boolean isInVain(Peer peer, long now) {
    boolean refused = peer.helloNotBeforeNs > peer.helloNs;
    return !refused && now - peer.helloNs > 2 * AGAIN_NS;
  }

  private static boolean isGreeting(Peer peer) {
    return peer.connected && peer.session == 0;
  }

  private static long nextNs(Peer peer) {
    long againNs = Math.max(peer.helloNs + AGAIN_NS, peer.helloNotBeforeNs);
    boolean patient = peer.state() == PeerState.DOWN && peer.downs > 0;
    return patient ? Math.max(againNs, peer.untilNs) : againNs;
  }

  private void sayHello(Peer peer, long now) {
    peer.helloNs = now;
    out.send(
        peer.id,
        0,
        new Hello(self, peer.epoch, Hello.VERSION, Hello.VERSION, 0, name, responseBytesMax));
  }
}
