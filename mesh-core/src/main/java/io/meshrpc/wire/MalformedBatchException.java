package io.meshrpc.wire;

/** Bytes that are not a batch. */
public final class MalformedBatchException extends Exception {
  private static final long serialVersionUID = 1L;

  MalformedBatchException(String reason) {
    super(reason, null, false, false);
  }
}
