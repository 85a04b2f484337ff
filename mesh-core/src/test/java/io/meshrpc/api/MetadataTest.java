package io.meshrpc.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** What a user may rely on when metadata is compared, or its array is changed. */
class MetadataTest {
  @Test
  void isEqualToMetadataWithTheSameEntriesInTheSameOrder() {
    Metadata one = Metadata.of("a", "1").with("b", "2");
    assertThat(one)
        .isEqualTo(Metadata.of("a", "1").with(Metadata.of("b", "2")))
        .hasSameHashCodeAs(Metadata.of("a", "1").with(Metadata.of("b", "2")))
        .isNotEqualTo(Metadata.of("b", "2").with("a", "1"))
        .isNotEqualTo(Metadata.of("a", "1").with("b", "3"))
        .isNotEqualTo(Metadata.of("a", "1"));
    assertThat(Metadata.EMPTY).isEqualTo(Metadata.of(one.entries().subList(0, 0)));
  }

  @Test
  void keepsItsOwnCopyOfAnArray() {
    byte[] value = "1".getBytes(StandardCharsets.UTF_8);
    Metadata metadata = Metadata.EMPTY.with("a", value);
    value[0] = '2';
    assertThat(metadata.text("a")).hasValue("1");
  }
}
