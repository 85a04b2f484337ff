package io.meshrpc.core;

import io.meshrpc.api.Marshaller;
import io.meshrpc.api.Metadata;
import io.meshrpc.api.MethodDescriptor;
import io.meshrpc.api.PeerIdentity;
import io.meshrpc.api.Priority;
import io.meshrpc.wire.NodeId;
import io.meshrpc.wire.Request;
import io.meshrpc.wire.Started;

/**
 * One call at its server.
 *
 * <pre>
 * QUEUED --> RUNNING --> ENDED        a handler ran
 *    \-----------------> ENDED        handed back, expired or taken back: no handler ran
 * </pre>
 */
public final class ServerCall extends Timers.Timed implements SeqTable.Numbered {
  enum State {
    QUEUED,
    RUNNING,
    ENDED
  }

  final ClientSession client;
  final MethodStats stats;
  final boolean idempotent;
  final long receivedNs;
  private final MethodDescriptor<?, ?> method;
  private Request request;
  private final long deadlineNs;

  State state = State.QUEUED;
  int found; // requests that were in the server when it came
  int latestAttempt;
  boolean announcesStart; // its client wants to know
  long startedNs;
  long expectedNs; // what it usually takes, as known when it was queued
  boolean answeredEarly; // the client was told before the handler ended

  ServerCall(ClientSession client, MethodStats stats, Request request, long nowNs) {
    this.client = client;
    this.stats = stats;
    this.method = stats.method();
    this.request = request;
    this.idempotent = request.idempotent();
    this.latestAttempt = request.attempt();
    this.announcesStart = request.announceStart();
    this.receivedNs = nowNs;
    long leftUs = Math.min(request.timeLeftUs(), Long.MAX_VALUE / 4000);
    this.deadlineNs = nowNs + leftUs * 1000;
  }

  /** The client asks once more; whether it is to hear that the handler runs already. */
  boolean attach(Request again) {
    latestAttempt = Math.max(latestAttempt, again.attempt());
    answeredEarly = false;
    announcesStart |= again.announceStart();
    return state == State.RUNNING && again.announceStart();
  }

  Started started() {
    return new Started(request.seq(), latestAttempt);
  }

  /** Which method. */
  public MethodDescriptor<?, ?> method() {
    return method;
  }

  /** The request's bytes. */
  public byte[] payload() {
    return request.payload();
  }

  /** The request itself. */
  public <T> T decode(Marshaller<T> marshaller) {
    return request.decode(marshaller);
  }

  /** Will be there for a while: is to hold nothing that others came with. Not while it is decoded. */
  public void standAlone() {
    request = request.alone();
  }

  /** What came along. */
  public Metadata metadata() {
    return request.metadata();
  }

  /** How it ranks. */
  public Priority priority() {
    return request.priority();
  }

  /** The attempt's number when it came. */
  public int attempt() {
    return request.attempt();
  }

  /** The name that the client gave itself. */
  public String callerName() {
    return client.name;
  }

  /** The client's incarnation. */
  public NodeId callerId() {
    return client.nodeId;
  }

  /** Who the client is, as it has proven. */
  public PeerIdentity peer() {
    return client.identity;
  }

  /** When nobody waits any more, on the node's clock. */
  public long deadlineNs() {
    return deadlineNs;
  }

  /** Time left when its handler was started, in nanoseconds. */
  public long timeLeftNs() {
    return Math.max(0, deadlineNs - startedNs);
  }

  /** The call's number under its client. */
  @Override
  public long seq() {
    return request.seq();
  }

  int bytes() {
    return request.bytes();
  }
}
