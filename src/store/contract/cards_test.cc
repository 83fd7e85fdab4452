// SPDX-License-Identifier: Apache-2.0
// The cards of the task service: written with their tasks, in one piece or staged, and gone with
// them.
#include "store/contract/service_contract.h"

namespace sluice::cards_test {

class Cards : public ServiceContract {
protected:
    static CardRow full_card()
    {
        CardRow card;
        card.kind = "build";
        card.name = "näme with \"quotes\"";
        card.flags = CardRow::preempts | CardRow::preemptible;
        card.success_actions = 1;
        card.failure_actions = 2;
        card.cancel_actions = 3;
        card.expected_count = 7;
        card.scheduled_at = from_micros(1'700'000'000'123'456);
        card.group = "group";
        card.requester = "ada";
        card.metadata = R"({"b": 1.0, "a": [true, null]})";
        return card;
    }

    static CardRow short_card()
    {
        CardRow card;
        card.kind = "k";
        card.name = "n";
        return card;
    }

    static NewTask with_card(CardRow card)
    {
        NewTask task = new_task();
        task.card = std::move(card);
        return task;
    }

    // Of the first three tasks of a run: a full card, none, a short one.
    void expect_cards(RunId run, const std::vector<TaskId>& ids)
    {
        CardRow full = full_card();
        full.task = ids.at(0);
        full.run = run;
        CardRow other = short_card();
        other.task = ids.at(2);
        other.run = run;
        EXPECT_EQ(card(ids.at(0)), full);
        EXPECT_EQ(card(ids.at(1)), std::nullopt) << "a datum has none";
        EXPECT_EQ(card(ids.at(2)), other);
    }

    std::optional<CardRow> card(TaskId id)
    {
        const auto view = db.read([id](Reads& reads) { return reads.service().task(id); });
        return view ? std::optional(view->card) : std::nullopt;
    }
};

TEST_P(Cards, are_read_back_as_they_were_submitted)
{
    const Submitted submitted =
        submit(new_batch({with_card(full_card()), new_task(), with_card(short_card())}));

    expect_cards(submitted.run, submitted.tasks);
}

TEST_P(Cards, of_a_staged_run_are_the_same)
{
    StageRun begin;
    begin.run.queues = {"q"};
    StageTasks piece;
    piece.run = db(begin).value().run;
    piece.tasks = {with_card(full_card()), new_task(), with_card(short_card())};
    PublishRun publish;
    publish.run = piece.run;
    const std::vector<TaskId> ids = db(piece).value();
    ASSERT_TRUE(db(publish));

    expect_cards(piece.run, ids);
}

TEST_P(Cards, go_with_their_run)
{
    const Submitted submitted =
        submit(new_batch({with_card(full_card()), new_task(), with_card(short_card())}));
    const Submitted other = submit(new_batch({with_card(short_card())}));
    ASSERT_TRUE(db(Cancel{target(submitted.run)}));

    while (!db(DeleteRun{submitted.run}).value())
        ;

    EXPECT_EQ(card(submitted.tasks[0]), std::nullopt);
    EXPECT_EQ(card(submitted.tasks[2]), std::nullopt);
    EXPECT_TRUE(card(other.tasks[0]));
}

INSTANTIATE_TEST_SUITE_P(Dialects, Cards, ::testing::ValuesIn(all_dialects), dialect_name);

} // namespace sluice::cards_test
