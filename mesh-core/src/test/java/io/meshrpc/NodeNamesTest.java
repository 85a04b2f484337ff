package io.meshrpc;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** The wire carries names of at most 255 bytes, whatever their letters take. */
class NodeNamesTest {
  private static final String LONGEST = "\u00fc".repeat(127) + "u"; // 255 bytes
  private static final String TOO_LONG = "\u00fc".repeat(128); // 128 characters, 256 bytes

  @Test
  void namesOf255BytesAreTaken() {
    assertThatCode(() -> MeshServer.builder().name(LONGEST)).doesNotThrowAnyException();
    assertThatCode(() -> MeshClient.builder().name(LONGEST)).doesNotThrowAnyException();
  }

  @Test
  void longerNamesAreRefused() {
    assertThatThrownBy(() -> MeshServer.builder().name(TOO_LONG))
        .hasMessage("name: 256 bytes (expected: <= 255)");
    assertThatThrownBy(() -> MeshClient.builder().name(TOO_LONG))
        .hasMessage("name: 256 bytes (expected: <= 255)");
  }
}
