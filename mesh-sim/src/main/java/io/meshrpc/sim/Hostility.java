package io.meshrpc.sim;

import io.meshrpc.wire.BatchCodec;
import io.meshrpc.wire.MalformedBatchException;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What TCP excludes and bad middleboxes do: frames that come twice, in another order, or damaged.
 * Unless forging is on, damage is such that no reader takes it for a batch: bytes that still say
 * something can say anything.
 */
final class Hostility {
  private final Options options;
  private final RandomGenerator random;
  private boolean over;
  private byte @Nullable [] heldBack;
  private Pipe.@Nullable Mouth heldFor;

  Hostility(Options options, RandomGenerator random) {
    this.options = options;
    this.random = random;
  }

  /** From now on all frames pass as they are. */
  void end() {
    over = true;
  }

  void pass(byte[] frame, Pipe.Mouth mouth) {
    if (over || options.hostile == 0) {
      mouth.onFrame(frame);
      return;
    }
    if (options.reorders && heldBack == null && Chance.hit(random, options.hostile)) {
      heldBack = frame;
      heldFor = mouth;
      return;
    }
    byte[] bytes = frame;
    if (options.corrupts && Chance.hit(random, options.hostile)) {
      bytes = damage(frame);
    }
    mouth.onFrame(bytes);
    if (options.duplicates && Chance.hit(random, options.hostile)) {
      mouth.onFrame(bytes);
    }
    if (heldBack != null && heldFor == mouth) {
      byte[] late = heldBack;
      heldBack = null;
      heldFor = null;
      mouth.onFrame(late);
    }
  }

  private byte[] damage(byte[] frame) {
    byte[] bytes = frame.clone();
    if (random.nextBoolean()) {
      bytes = java.util.Arrays.copyOf(bytes, random.nextInt(bytes.length));
    } else {
      int flips = 1 + random.nextInt(8);
      for (int i = 0; i < flips; i++) {
        bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
      }
    }
    return options.forges || !isBatch(bytes) ? bytes : frame;
  }

  private static boolean isBatch(byte[] bytes) {
    try {
      BatchCodec.decode(bytes);
      return true;
    } catch (MalformedBatchException e) {
      return false;
    }
  }
}
