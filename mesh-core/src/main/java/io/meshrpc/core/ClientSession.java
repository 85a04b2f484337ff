package io.meshrpc.core;

import io.meshrpc.api.PeerIdentity;
import io.meshrpc.wire.NodeId;
import io.meshrpc.wire.Request;

/** A client as its server sees it: its latest connection, its work, and what it may ask for again. */
final class ClientSession {
  final NodeId nodeId;
  PeerIdentity identity; // nobody else may use the node id while it is known here
  final RecentRequests recent;
  final SeqTable<ServerCall> active = new SeqTable<>(); // queued and running
  String name = "";
  long epoch;
  long token;
  long route;
  boolean connected; // has a session; false once it has ended
  long idleSinceNs; // its last word, or the end of its last work
  long ackBelow;
  long responseBytesMax;
  long takenMax; // the greatest number that was let in
  long idempotentEndedMax; // the greatest number that ended here and is not remembered

  /** One that comes for the first time, or comes back: numbers up to this one may have run. */
  ClientSession(NodeId nodeId, PeerIdentity identity, ServerLimits limits, long forgottenMax) {
    this.nodeId = nodeId;
    this.identity = identity;
    this.recent = new RecentRequests(limits, forgottenMax);
  }

  /** Whether nothing is known here of its number, as of most; it may be new though this says no. */
  boolean isNew(Request request) {
    long seq = request.seq();
    return seq > takenMax && seq > recent.keptMax() && !request.repeat();
  }

  /** The greatest number that may have run, or need not be known any more. */
  long seqMax() {
    return Math.max(Math.max(recent.forgottenMax(), idempotentEndedMax), ackBelow - 1);
  }
}
