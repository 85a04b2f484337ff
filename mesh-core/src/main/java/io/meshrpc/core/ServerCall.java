package io.meshrpc.core;

import io.meshrpc.api.Marshaller;
import io.meshrpc.api.Metadata;
import io.meshrpc.api.MethodDescriptor;
import io.meshrpc.api.PeerIdentity;
import io.meshrpc.api.Priority;
import io.meshrpc.wire.NodeId;
import io.meshrpc.wire.Numbered;
import io.meshrpc.wire.Request;
import io.meshrpc.wire.Started;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One call at its server.
 *
 * <pre>
 * QUEUED --> RUNNING --> ENDED        a handler ran
 *    \-----------------> ENDED        handed back, expired or taken back: no handler ran
 * </pre>
 */
public final class ServerCall extends Timers.Timed implements Numbered {
  enum State {
    QUEUED,
    RUNNING,
    ENDED
  }

  final ClientSession client;
  final MethodStats stats;
  final long receivedNs;
  private Request request;
  State state = State.QUEUED;
  private Band.@Nullable Waiting waiting; // null: never queued
  int found; // requests that were in the server when it came
  int latestAttempt;
  boolean announcesStart; // its client wants to know
  long startedNs;
  boolean answeredEarly; // the client was told before the handler ended

  ServerCall(ClientSession client, MethodStats stats, Request request, long nowNs) {
    this.client = client;
    this.stats = stats;
    this.request = request;
    this.latestAttempt = request.attempt();
    this.announcesStart = request.announceStart();
    this.receivedNs = nowNs;
  }

  /** The client asks once more; whether it is to hear that the handler runs already. */
  boolean attach(Request again) {
    latestAttempt = Math.max(latestAttempt, again.attempt());
    answeredEarly = false;
    announcesStart |= again.announceStart();
    return state == State.RUNNING && again.announceStart();
  }

  /** To be queued, with what it usually takes. */
  void expect(long spanNs) {
    waiting = new Band.Waiting(this, spanNs);
  }

  Band.Waiting waiting() {
    return Objects.requireNonNull(waiting, "waiting");
  }

  /** What it usually takes, as known when it was queued; 0 if it was not. */
  long expectedNs() {
    return waiting == null ? 0 : waiting.expectedNs;
  }

  Started started() {
    return new Started(request.seq(), latestAttempt);
  }

  /** Which method. */
  public MethodDescriptor<?, ?> method() {
    return stats.method();
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
    long leftUs = Math.min(request.timeLeftUs(), Long.MAX_VALUE / 4000);
    return receivedNs + leftUs * 1000;
  }

  /** Time left when its handler was started, in nanoseconds. */
  public long timeLeftNs() {
    return Math.max(0, deadlineNs() - startedNs);
  }

  /** The call's number under its client. */
  @Override
  public long seq() {
    return request.seq();
  }

  boolean isIdempotent() {
    return request.idempotent();
  }

  int bytes() {
    return request.bytes();
  }
}
