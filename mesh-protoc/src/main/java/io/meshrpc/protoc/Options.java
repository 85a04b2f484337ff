package io.meshrpc.protoc;

/**
 * What {@code --mesh_opt} says.
 *
 * @param skipStreaming leave streaming methods out instead of refusing them
 */
record Options(boolean skipStreaming) {
  private static final String SKIP_STREAMING = "skip_streaming";

  /** Reads options separated by commas. */
  static Options parse(String parameter) throws GenerationException {
    boolean skipStreaming = false;
    for (String part : parameter.split(",", -1)) {
      String option = part.strip();
      if (option.equals(SKIP_STREAMING)) {
        skipStreaming = true;
      } else if (!option.isEmpty()) {
        throw new GenerationException(
            "option: \"" + option + "\" (expected: " + SKIP_STREAMING + ")");
      }
    }
    return new Options(skipStreaming);
  }
}
