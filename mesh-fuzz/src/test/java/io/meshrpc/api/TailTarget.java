package io.meshrpc.api;

import com.google.protobuf.DescriptorProtos.UninterpretedOption;
import io.meshrpc.fuzz.Must;
import java.util.Arrays;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A message in two arrays, as it may come: wherever it is cut, it says the same as in one. The first byte
 * says where, and the rest is the message, of a type that has numbers, texts, bytes, and messages with
 * required fields.
 */
public final class TailTarget {
  private static final Marshaller<UninterpretedOption> MARSHALLER =
      Marshaller.protobuf(UninterpretedOption.parser());

  private TailTarget() {}

  /** For the fuzzer. */
  public static void fuzzerTestOneInput(byte[] bytes) {
    if (bytes.length == 0) {
      return;
    }
    byte[] all = Arrays.copyOfRange(bytes, 1, bytes.length);
    int cut = (bytes[0] & 0xff) % (all.length + 1);
    byte[] tail = Arrays.copyOfRange(all, cut, all.length);
    byte[] held = bytes.clone(); // the head is in the middle of it
    Arrays.fill(held, 1 + cut, held.length, (byte) 0x5a);

    UninterpretedOption whole = message(() -> MARSHALLER.decode(all));
    UninterpretedOption both = message(() -> MARSHALLER.decode(held, 1, cut, tail));

    Must.hold(whole == null ? both == null : whole.equals(both), "another message: " + both);
    if (both != null) {
      Must.hold(Arrays.equals(whole.toByteArray(), both.toByteArray()), "other bytes");
    }
  }

  private static @Nullable UninterpretedOption message(Supplier<UninterpretedOption> decoding) {
    try {
      return decoding.get();
    } catch (RpcException e) {
      Must.hold(e.code() == Code.INTERNAL, "code " + e.code());
      return null;
    }
  }
}
