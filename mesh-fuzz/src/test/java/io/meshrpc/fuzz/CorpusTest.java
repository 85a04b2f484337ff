package io.meshrpc.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What fuzzing has found stays found, and a little more is tried each time: the same each time. */
@Timeout(60)
class CorpusTest {
  private static final int LENGTH_MAX = 4096;

  @ParameterizedTest
  @EnumSource
  void everyInputOfTheCorpusIsTaken(Targets target) throws Exception {
    List<Path> inputs = target.inputs();
    assertThat(inputs).hasSizeGreaterThan(5);
    for (Path input : inputs) {
      run(target, Files.readAllBytes(input), input.toString());
    }
  }

  @ParameterizedTest
  @EnumSource
  void soAreThousandsOfTheirDescendants(Targets target) throws Exception {
    long seed = Long.getLong("seed", 1);
    Random random = new Random(seed);
    int runs = target == Targets.DECODE || target == Targets.TAIL ? 60_000 : 6_000;
    List<byte[]> inputs = target.inputs().stream().map(CorpusTest::bytes).toList();
    for (int i = 0; i < runs; i++) {
      byte[] parent = inputs.get(random.nextInt(inputs.size()));
      byte[] other = inputs.get(random.nextInt(inputs.size()));
      run(target, child(parent, other, random), "-Dseed=" + seed + ", run " + i);
    }
  }

  private static void run(Targets target, byte[] bytes, String what) {
    try {
      target.run(bytes.clone());
    } catch (Throwable e) { // whatever escapes is what we look for
      throw new AssertionError(what + ": " + HexFormat.of().formatHex(bytes), e);
    }
  }

  private static byte[] bytes(Path input) {
    try {
      return Files.readAllBytes(input);
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** A few bytes changed, left out, said twice, or taken from another. */
  private static byte[] child(byte[] parent, byte[] other, Random random) {
    byte[] child = parent.clone();
    for (int i = 1 + random.nextInt(4); i > 0 && child.length > 0; i--) {
      int at = random.nextInt(child.length);
      switch (random.nextInt(5)) {
        case 0 -> child[at] = (byte) random.nextInt(256);
        case 1 -> child[at] ^= (byte) (1 << random.nextInt(8));
        case 2 -> child[at] = (byte) (random.nextBoolean() ? 0xff : 0x7f);
        case 3 -> child = joined(child, 0, at, child, random.nextInt(child.length), child.length);
        default -> {
          int from = other.length == 0 ? 0 : random.nextInt(other.length);
          child = joined(child, 0, at, other, from, other.length);
        }
      }
    }
    return child;
  }

  private static byte[] joined(byte[] a, int aFrom, int aTo, byte[] b, int bFrom, int bTo) {
    int head = aTo - aFrom;
    int tail = Math.min(bTo - bFrom, LENGTH_MAX - Math.min(head, LENGTH_MAX));
    byte[] both = new byte[head + tail];
    System.arraycopy(a, aFrom, both, 0, head);
    System.arraycopy(b, bFrom, both, head, tail);
    return both;
  }
}
