package io.meshrpc.core;

import io.meshrpc.wire.NodeId;
import java.util.HashMap;
import java.util.Map;

/** A client as its server sees it: its latest connection, its work, and what it may ask for again. */
final class ClientSession {
  final NodeId nodeId;
  final RecentRequests recent;
  final Map<Long, ServerCall> active = new HashMap<>(); // queued and running, by seq
  String name = "";
  long epoch;
  long token;
  long route;
  boolean connected = true;
  long lastHeardNs;
  long ackBelow;
  long responseBytesMax;
  long idempotentEndedMax; // the greatest number that ended here and is not remembered

  ClientSession(NodeId nodeId, ServerLimits limits) {
    this.nodeId = nodeId;
    this.recent = new RecentRequests(limits);
  }
}
