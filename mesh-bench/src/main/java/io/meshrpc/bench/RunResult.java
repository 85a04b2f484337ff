package io.meshrpc.bench;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.zip.DataFormatException;
import org.HdrHistogram.Histogram;

/**
 * What one run of a client gave.
 *
 * @param spansNs spans of calls that succeeded, of each or of one in so many
 * @param successes calls that succeeded
 * @param errors calls that failed
 * @param firstError the first failure's text; empty if there was none
 * @param tookNs the run's length
 * @param used what the client's process used meanwhile
 */
record RunResult(
    Histogram spansNs, long successes, long errors, String firstError, long tookNs, Usage used) {
  double callsPerSecond() {
    return successes * 1e9 / tookNs;
  }

  double micros(double percentile) {
    return spansNs.getValueAtPercentile(percentile) / 1e3;
  }

  /** In one line. */
  String line() {
    ByteBuffer bytes = ByteBuffer.allocate(spansNs.getNeededByteBufferCapacity());
    int length = spansNs.encodeIntoCompressedByteBuffer(bytes);
    return String.join(
        " ",
        base64(Arrays.copyOf(bytes.array(), length)),
        Long.toString(successes),
        Long.toString(errors),
        base64(firstError.getBytes(StandardCharsets.UTF_8)),
        Long.toString(tookNs),
        used.line());
  }

  static RunResult parse(String line) {
    String[] parts = line.split(" ", 6);
    try {
      Histogram spans = Histogram.decodeFromCompressedByteBuffer(
          ByteBuffer.wrap(Base64.getDecoder().decode(parts[0])), 0);
      return new RunResult(
          spans,
          Long.parseLong(parts[1]),
          Long.parseLong(parts[2]),
          new String(Base64.getDecoder().decode(parts[3]), StandardCharsets.UTF_8),
          Long.parseLong(parts[4]),
          Usage.parse(parts[5]));
    } catch (DataFormatException e) {
      throw new IllegalStateException("not a histogram: " + parts[0], e);
    }
  }

  private static String base64(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }
}
