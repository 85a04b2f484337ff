package io.meshrpc.fuzz;

import io.meshrpc.wire.Batch;
import io.meshrpc.wire.BatchCodec;
import io.meshrpc.wire.MalformedBatchException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Carries batches as a socket does: as bytes, with large payloads in frames of their own. */
public final class Post {
  private Post() {}

  /** As it was sent. */
  public static Batch whole(Batch batch) {
    List<byte[]> attached = new ArrayList<>();
    byte[] bytes = BatchCodec.encode(batch, attached);
    try {
      return bytes.length == 0 ? batch : BatchCodec.decode(bytes, attached);
    } catch (MalformedBatchException e) {
      throw new AssertionError("malformed: " + batch, e);
    }
  }

  /** With frames that may be too few, too many, or of another length; nothing if it is malformed. */
  public static Optional<Batch> strange(Batch batch, Draw draw) {
    List<byte[]> attached = new ArrayList<>();
    byte[] bytes = BatchCodec.encode(batch, attached);
    int had = attached.size();
    if (had == 0) {
      return Optional.of(whole(batch));
    }
    int which = draw.below(had);
    switch (draw.below(6)) {
      case 0 -> attached.remove(which);
      case 1 -> attached.add(which, new byte[draw.below(100)]);
      case 2 -> attached.set(which, new byte[0]);
      case 3 -> attached.set(which, new byte[100 * draw.next()]);
      default -> {}
    }
    try {
      return Optional.of(BatchCodec.decode(bytes, attached));
    } catch (MalformedBatchException e) {
      Must.hold(attached.size() < had, "enough frames, and malformed: " + e.getMessage());
      return Optional.empty();
    }
  }
}
