package io.meshrpc.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.AbstractParser;
import com.google.protobuf.ByteString;
import com.google.protobuf.BytesValue;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.ExtensionRegistryLite;
import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Small messages that one thread reads one after the other. */
@Timeout(30)
class DecodingThreadTest {
  private static final Marshaller<BytesValue> BYTES = Marshaller.protobuf(BytesValue.parser());

  /** Runs it there, and waits. */
  private static void onOne(Runnable run) throws Exception {
    AtomicReference<@Nullable Throwable> thrown = new AtomicReference<>();
    Thread thread = new DecodingThread(
        () -> {
          try {
            run.run();
          } catch (Throwable e) {
            thrown.set(e);
          }
        },
        "decoding") {};
    thread.start();
    thread.join();
    assertThat(thrown.get()).isNull();
  }

  private static BytesValue value(Random random, int bytes) {
    byte[] value = new byte[bytes];
    random.nextBytes(value);
    return BytesValue.of(ByteString.copyFrom(value));
  }

  @Test
  void manyMessagesAreReadAndKeepWhatTheySay() throws Exception {
    onOne(() -> {
      Random random = new Random(1);
      List<BytesValue> sent = new ArrayList<>();
      List<BytesValue> read = new ArrayList<>();
      for (int i = 0; i < 3_000; i++) { // many times what is kept has room for
        BytesValue value = value(random, random.nextInt(600));
        byte[] bytes = value.toByteArray();
        byte[] held = Arrays.copyOf(bytes, bytes.length + 3);
        sent.add(value);
        read.add(BYTES.decode(held, 0, bytes.length));
      }
      assertThat(read).isEqualTo(sent);
    });
  }

  @Test
  void whatIsNoMessageDoesNotDisturbTheNext() throws Exception {
    onOne(() -> {
      Random random = new Random(2);
      for (int i = 0; i < 2_000; i++) {
        byte[] good = value(random, 40).toByteArray();
        byte[] bad = good.clone();
        bad[random.nextInt(2)] = (byte) 0xff;

        assertThatThrownBy(() -> BYTES.decode(bad, 0, bad.length)).isInstanceOf(RpcException.class);
        assertThat(BYTES.decode(good, 0, good.length).toByteArray()).isEqualTo(good);
      }
    });
  }

  @Test
  void aParserThatStopsEarlyDoesNotDisturbTheNext() throws Exception {
    Marshaller<BytesValue> hasty = Marshaller.protobuf(new OwnParser(input -> {
      input.readTag();
      return BytesValue.getDefaultInstance();
    }));
    onOne(() -> {
      byte[] good = value(new Random(3), 40).toByteArray();
      for (int i = 0; i < 1_000; i++) {
        hasty.decode(good, 0, good.length);
        assertThat(BYTES.decode(good, 0, good.length).toByteArray()).isEqualTo(good);
      }
    });
  }

  @Test
  void aParserMayReadAnotherMessageMeanwhile() throws Exception {
    byte[] inner = value(new Random(4), 40).toByteArray();
    Marshaller<BytesValue> nesting = Marshaller.protobuf(new OwnParser(input -> {
      assertThat(BYTES.decode(inner, 0, inner.length).toByteArray()).isEqualTo(inner);
      return BytesValue.parser().parseFrom(input);
    }));
    onOne(() -> {
      byte[] outer = value(new Random(5), 50).toByteArray();
      for (int i = 0; i < 1_000; i++) {
        assertThat(nesting.decode(outer, 0, outer.length).toByteArray()).isEqualTo(outer);
      }
    });
  }

  /** What a user could write. */
  private static final class OwnParser extends AbstractParser<BytesValue> {
    private final Reading reading;

    private interface Reading {
      BytesValue from(CodedInputStream input) throws IOException;
    }

    OwnParser(Reading reading) {
      this.reading = reading;
    }

    @Override
    public BytesValue parsePartialFrom(
        CodedInputStream input, @Nullable ExtensionRegistryLite registry)
        throws InvalidProtocolBufferException {
      try {
        return reading.from(input);
      } catch (InvalidProtocolBufferException e) {
        throw e;
      } catch (IOException e) {
        throw new InvalidProtocolBufferException(e);
      }
    }
  }
}
