package io.meshrpc.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshrpc.wire.Numbered;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SeqTableTest {
  private record Entry(long seq) implements Numbered {}

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void itIsAMapWhateverTheNumbers(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    SeqTable<Entry> table = new SeqTable<>();
    Map<Long, Entry> model = new TreeMap<>();
    for (int i = 0; i < 20_000; i++) {
      long seq = random.nextInt(4) * (1L << 33) + random.nextInt(200); // many meet
      Entry known = model.get(seq);
      if (known != null) {
        assertThat(table.remove(known)).isTrue();
        model.remove(seq);
      } else {
        Entry entry = new Entry(seq);
        table.add(entry);
        model.put(seq, entry);
      }
      long other = random.nextInt(4) * (1L << 33) + random.nextInt(200);
      assertThat(table.get(other)).isSameAs(model.get(other));
      assertThat(table.count()).isEqualTo(model.size());
    }
    assertThat(table.all()).containsExactlyElementsOf(model.values());
  }

  @Test
  void whatStaysIsFoundWhileAllOthersComeAndGo() {
    SeqTable<Entry> table = new SeqTable<>();
    List<Entry> staying = new ArrayList<>();
    ArrayDeque<Entry> passing = new ArrayDeque<>();
    for (long seq = 1; seq <= 30_000; seq++) {
      Entry entry = new Entry(seq);
      table.add(entry);
      if (seq % 1000 == 7) {
        staying.add(entry);
      } else {
        passing.addLast(entry);
      }
      if (passing.size() > 200) {
        Entry oldest = passing.removeFirst();
        assertThat(table.get(oldest.seq())).isSameAs(oldest);
        assertThat(table.remove(oldest)).isTrue();
        assertThat(table.get(oldest.seq())).isNull();
      }
    }

    assertThat(staying)
        .hasSize(30)
        .allSatisfy(entry -> assertThat(table.get(entry.seq())).isSameAs(entry));
    assertThat(passing).allSatisfy(entry -> assertThat(table.get(entry.seq())).isSameAs(entry));
    assertThat(table.count()).isEqualTo(230);
    staying.forEach(table::remove);
    passing.forEach(table::remove);
    assertThat(table.count()).isZero();
    assertThat(table.all()).isEmpty();
  }

  @Test
  void toRemoveWhatIsNotThereRemovesNothing() {
    SeqTable<Entry> table = new SeqTable<>();
    Entry one = new Entry(5);
    table.add(one);

    assertThat(table.remove(new Entry(5))).isFalse(); // equal, but not the same
    assertThat(table.remove(new Entry(21))).isFalse();
    assertThat(table.get(5)).isSameAs(one);
    assertThat(table.remove(one)).isTrue();
    assertThat(table.remove(one)).isFalse();
    assertThat(table.count()).isZero();
  }

  @Test
  void allAreInTheOrderOfTheirNumbers() {
    SeqTable<Entry> table = new SeqTable<>();
    List<Entry> entries = new ArrayList<>();
    for (long seq : new long[] {40, 7, 1L << 40, 23, 8}) {
      table.add(new Entry(seq));
    }
    table.all().forEach(entries::add);

    assertThat(entries).extracting(Entry::seq).containsExactly(7L, 8L, 23L, 40L, 1L << 40);
  }
}
