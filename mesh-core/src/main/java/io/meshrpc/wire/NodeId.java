package io.meshrpc.wire;

import java.util.HexFormat;
import java.util.random.RandomGenerator;

/** A node's incarnation: 128 random bits, drawn anew whenever it starts. */
public record NodeId(long high, long low) {
  /** Draws one. */
  public static NodeId random(RandomGenerator random) {
    return new NodeId(random.nextLong(), random.nextLong());
  }

  /** 32 hexadecimal digits. */
  @Override
  public String toString() {
    HexFormat hex = HexFormat.of();
    return hex.toHexDigits(high) + hex.toHexDigits(low);
  }
}
