package io.meshrpc.api;

import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What may be set for one call. Immutable; null means that the client's setting holds. */
public final class CallOptions {
  /** The client's settings. */
  public static final CallOptions DEFAULT = new CallOptions(new Draft());

  private final @Nullable Duration deadline;
  private final @Nullable RetryPolicy retry;
  private final Priority priority;
  private final Metadata metadata;
  private final boolean waitForReady;
  private final @Nullable String server;
  private final @Nullable String routingKey;
  private final @Nullable Consumer<Metadata> replyMetadata;
  private final @Nullable HedgePolicy hedge;

  /** Options while one of them is being changed. */
  private static final class Draft {
    @Nullable
    Duration deadline;

    @Nullable
    RetryPolicy retry;

    Priority priority = Priority.NORMAL;
    Metadata metadata = Metadata.EMPTY;
    boolean waitForReady = true;

    @Nullable
    String server;

    @Nullable
    String routingKey;

    @Nullable
    Consumer<Metadata> replyMetadata;

    @Nullable
    HedgePolicy hedge;
  }

  private CallOptions(Draft from) {
    deadline = from.deadline;
    retry = from.retry;
    priority = Objects.requireNonNull(from.priority, "priority");
    metadata = Objects.requireNonNull(from.metadata, "metadata");
    waitForReady = from.waitForReady;
    server = from.server;
    routingKey = from.routingKey;
    replyMetadata = from.replyMetadata;
    hedge = from.hedge;
  }

  private CallOptions with(Consumer<Draft> change) {
    Draft draft = new Draft();
    draft.deadline = deadline;
    draft.retry = retry;
    draft.priority = priority;
    draft.metadata = metadata;
    draft.waitForReady = waitForReady;
    draft.server = server;
    draft.routingKey = routingKey;
    draft.replyMetadata = replyMetadata;
    draft.hedge = hedge;
    change.accept(draft);
    return new CallOptions(draft);
  }

  /** The call fails with {@link Code#DEADLINE_EXCEEDED} after this time. More than 0. */
  public CallOptions withDeadline(Duration span) {
    if (span.isNegative() || span.isZero()) {
      throw new IllegalArgumentException("deadline: " + span + " (expected: > 0)");
    }
    return with(draft -> draft.deadline = span);
  }

  /** When the call is tried again. */
  public CallOptions withRetry(RetryPolicy policy) {
    return with(draft -> draft.retry = policy);
  }

  /** How servers rank the call. */
  public CallOptions withPriority(Priority rank) {
    return with(draft -> draft.priority = rank);
  }

  /** What is sent along; replaces what was set before. */
  public CallOptions withMetadata(Metadata along) {
    return with(draft -> draft.metadata = along);
  }

  /** Whether the call waits, until its deadline, for a server to be there; true by default. */
  public CallOptions withWaitForReady(boolean wait) {
    return with(draft -> draft.waitForReady = wait);
  }

  /** The only server that may get the call: an endpoint that the client is connected to. */
  public CallOptions withServer(String endpoint) {
    return with(draft -> draft.server = Objects.requireNonNull(endpoint, "endpoint"));
  }

  /**
   * What the call has in common with others that should go to the same server, such as a customer's
   * number. A wish, not a promise; only balancers that look for it obey, such as RendezvousHash.
   */
  public CallOptions withRoutingKey(String key) {
    return with(draft -> draft.routingKey = Objects.requireNonNull(key, "key"));
  }

  /**
   * Who hears the metadata that the server sends along with its reply, {@link Metadata#EMPTY} if none:
   * called once, in the thread that gets the reply and before it gets it. The metadata of a failure
   * is in {@link RpcException#metadata}.
   */
  public CallOptions withReplyMetadata(Consumer<Metadata> ears) {
    return with(draft -> draft.replyMetadata = Objects.requireNonNull(ears, "ears"));
  }

  /**
   * When the call is sent to a second server as well. Unless this is {@link HedgePolicy#OFF}, the call
   * must be one that may run twice, or it is refused with an {@link IllegalArgumentException}.
   */
  public CallOptions withHedge(HedgePolicy policy) {
    return with(draft -> draft.hedge = Objects.requireNonNull(policy, "policy"));
  }

  /** See {@link #withDeadline}. */
  public @Nullable Duration deadline() {
    return deadline;
  }

  /** See {@link #withRetry}. */
  public @Nullable RetryPolicy retry() {
    return retry;
  }

  /** See {@link #withPriority}. */
  public Priority priority() {
    return priority;
  }

  /** See {@link #withMetadata}. */
  public Metadata metadata() {
    return metadata;
  }

  /** See {@link #withWaitForReady}. */
  public boolean waitForReady() {
    return waitForReady;
  }

  /** See {@link #withServer}. */
  public @Nullable String server() {
    return server;
  }

  /** See {@link #withRoutingKey}. */
  public @Nullable String routingKey() {
    return routingKey;
  }

  /** See {@link #withReplyMetadata}. */
  public @Nullable Consumer<Metadata> replyMetadata() {
    return replyMetadata;
  }

  /** See {@link #withHedge}. */
  public @Nullable HedgePolicy hedge() {
    return hedge;
  }
}
