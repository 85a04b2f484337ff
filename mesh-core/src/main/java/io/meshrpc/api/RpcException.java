package io.meshrpc.api;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A call that failed: with which status, what became of the work, which attempts were made, and, if
 * no server could be had, why each candidate was passed over. A handler throws one to answer with a
 * status of its own. One that was serialized has lost its lists and metadata; its message still tells of
 * them.
 */
public class RpcException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Status status;
  private final Execution execution;
  private final transient @Nullable List<AttemptTrace> attempts;
  private final transient @Nullable List<Candidate> candidates;
  private final transient @Nullable Metadata metadata;

  /**
   * For handlers: answers with this code and text. The caller sees {@link Execution#EXECUTED}.
   *
   * @param text may be null, as an exception's text may be; counts as empty
   * @throws IllegalArgumentException if the code is {@link Code#OK}, as with all constructors
   */
  public RpcException(Code code, @Nullable String text) {
    this(new Status(code, text == null ? "" : text), Execution.EXECUTED, null);
  }

  /** For handlers: as above, with metadata for the caller. */
  public RpcException(Code code, @Nullable String text, Metadata metadata) {
    this(
        new Status(code, text == null ? "" : text),
        Execution.EXECUTED,
        List.of(),
        List.of(),
        metadata,
        null);
  }

  /** A failure without a trail. */
  public RpcException(Status status, Execution execution, @Nullable Throwable cause) {
    this(status, execution, List.of(), List.of(), Metadata.EMPTY, cause);
  }

  /** A failure with everything that is known of it. */
  public RpcException(
      Status status,
      Execution execution,
      List<AttemptTrace> attempts,
      List<Candidate> candidates,
      Metadata metadata,
      @Nullable Throwable cause) {
    super(describe(status, execution, attempts, candidates), cause);
    if (status.isOk()) {
      throw new IllegalArgumentException("status: OK (expected: the status of a failure)");
    }
    this.status = status;
    this.execution = execution;
    this.attempts = List.copyOf(attempts);
    this.candidates = List.copyOf(candidates);
    this.metadata = Objects.requireNonNull(metadata, "metadata");
  }

  /** The canonical code. */
  public Code code() {
    return status.code();
  }

  /** Code and text. */
  public Status status() {
    return status;
  }

  /** What became of the work, over all attempts. */
  public Execution execution() {
    return execution;
  }

  /** Every attempt in the order in which they began; empty if none was made. */
  public List<AttemptTrace> attempts() {
    return attempts == null ? List.of() : attempts;
  }

  /** If no server could be had: each that there was, and why it was not chosen. */
  public List<Candidate> candidates() {
    return candidates == null ? List.of() : candidates;
  }

  /** What the server sent along with the failure. */
  public Metadata metadata() {
    return metadata == null ? Metadata.EMPTY : metadata;
  }

  private static String describe(
      Status status, Execution execution, List<AttemptTrace> attempts, List<Candidate> candidates) {
    StringBuilder text = new StringBuilder().append(status).append(" [").append(execution);
    attempts.forEach(attempt -> text.append("; ").append(attempt));
    candidates.forEach(candidate -> text.append("; ").append(candidate));
    return text.append(']').toString();
  }
}
