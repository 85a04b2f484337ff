package io.meshrpc.wire;

import java.util.HexFormat;
import java.util.random.RandomGenerator;

/**
 * An incarnation of a node: 16 random bytes, drawn anew at each start.
 *
 * @param high the first eight bytes, big-endian
 * @param low the last eight bytes, big-endian
 */
public record NodeId(long high, long low) {
  /** A new incarnation. */
  public static NodeId random(RandomGenerator random) {
    return new NodeId(random.nextLong(), random.nextLong());
  }

  /** 32 hexadecimal digits. */
  @Override
  public String toString() {
    return HexFormat.of().toHexDigits(high) + HexFormat.of().toHexDigits(low);
  }
}
