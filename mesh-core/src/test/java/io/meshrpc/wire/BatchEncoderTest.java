package io.meshrpc.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshrpc.api.Metadata;
import io.meshrpc.api.Priority;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What writes many batches one after the other. */
class BatchEncoderTest {
  private final BatchEncoder encoder = new BatchEncoder();

  @Test
  void eachBatchIsWrittenAsIfItWereTheFirst() {
    RandomBatches batches = new RandomBatches(new Random(5));
    for (int i = 0; i < 3_000; i++) {
      Batch batch = batches.next();
      assertThat(encoder.encode(batch)).as("batch %d", i).isEqualTo(BatchCodec.encode(batch));
    }
  }

  @Test
  void aBatchOfManyRecordsWithMuchInThemChangesNothingForTheNext() {
    List<Metadata.Entry> entries = IntStream.range(0, 300)
        .mapToObj(i -> new Metadata.Entry("key-" + i, new byte[i % 3]))
        .toList();
    Batch small = new Batch(7, 3, null, List.of(request(1, Metadata.of("k", "v")), new Ping(2)));
    Batch large = new Batch(
        7,
        3,
        null,
        IntStream.range(1, 2_000)
            .<Packet>mapToObj(i -> request(i, i % 100 == 0 ? Metadata.of(entries) : Metadata.EMPTY))
            .toList());

    for (int i = 0; i < 3; i++) {
      assertThat(encoder.encode(large)).isEqualTo(BatchCodec.encode(large));
      assertThat(encoder.encode(small)).isEqualTo(BatchCodec.encode(small));
    }
  }

  private static Request request(long seq, Metadata metadata) {
    return new Request(seq, 1, 1, 1, Priority.NORMAL, true, false, metadata, new byte[3]);
  }
}
