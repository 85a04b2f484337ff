package io.meshrpc.protoc;

/** The request cannot be served; the text is for the author of the {@code .proto} file. */
final class GenerationException extends Exception {
  private static final long serialVersionUID = 1;

  GenerationException(String text) {
    super(text);
  }
}
