package io.meshrpc.wire;

/** These bytes are no batch. The text says what is wrong with them. */
public final class MalformedBatchException extends Exception {
  private static final long serialVersionUID = 1L;

  MalformedBatchException(String text) {
    super(text);
  }
}
