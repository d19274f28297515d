//! The root of all questions: thin resolvers over the catalogue.

use std::collections::BTreeMap;

use async_graphql::{Context, ID, Interface, Object, Result};
use wikimovie_domain::AutocompleteRequest;
use wikimovie_engine::{ReceiptPlace, ReceiptsRequest, token::Purpose};

use crate::{
    auth::AuthScope,
    error::{ApiError, ErrorCode},
    graphql::{
        catalog_info::CatalogInfo,
        ids::NodeId,
        inputs::{MovieSort, MovieWhere, QuestionInput, count, cut, from_state},
        movie::Movie,
        person::{CostarPath, Person},
        rate_limit::RateLimit,
        receipt::{ImportReceipt, ImportReceiptConnection, ImportStatus},
        scalars::SearchState,
        scope::{self, Needs},
        search::{self, MovieSearch},
        suggestion::{Suggestion, SuggestionKind},
    },
};

/// Most ids in one `movies` or `nodes`.
const MAX_IDS: usize = 100;

/// An object with a global id, by which it can be fetched again.
#[derive(Clone, Debug, Interface)]
#[graphql(field(name = "id", ty = "ID", desc = "Global id, for `node`."))]
pub(crate) enum Node {
    /// A movie.
    Movie(Movie),
    /// A person.
    Person(Person),
}

/// The root of queries.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Query;

/// All queries.
#[Object]
impl Query {
    /// Text, filters, sort, facets and pages in one question. Any text is valid: the search tolerates typos and may
    /// understand words as years, genres and people.
    #[graphql(guard = "Needs(AuthScope::Search)")]
    async fn search(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "What the person typed. Quotes require the exact words, a minus before a word excludes \
                    it. Omit it to browse."
        )]
        text: Option<String>,
        #[graphql(name = "where", desc = "Filter of the movies.")] filter: Option<MovieWhere>,
        #[graphql(desc = "Order of the movies.", default_with = "Some(MovieSort::Relevance)")] sort: Option<
            MovieSort,
        >,
        #[graphql(
            desc = "Whether words may be understood as years, decades, genres and people.",
            default_with = "Some(true)"
        )]
        understand: Option<bool>,
        #[graphql(
            desc = "State token of an earlier question. `text` and `sort` beside it take the place of its own; \
                    `where` or `understand` beside it is an error."
        )]
        state: Option<SearchState>,
    ) -> Result<MovieSearch> {
        let given = given(ctx, &["text", "where", "sort", "understand"])?;
        let input = QuestionInput { text, filter, sort, understand, state };
        let question = input.question(scope::scope(ctx).sealer(), &given)?;
        Ok(search::search(ctx, question).await?)
    }

    /// Suggestions as you type: movies, people, genres and decades, each counted under the current filters.
    #[graphql(guard = "Needs(AuthScope::Search)")]
    async fn autocomplete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Content of the search box.")] prefix: String,
        #[graphql(name = "where", desc = "The current filters; every suggestion finds a movie under them.")]
        filter: Option<MovieWhere>,
        #[graphql(
            desc = "State token of the current question, whose filters apply; not together with `where`."
        )]
        state: Option<SearchState>,
        #[graphql(desc = "Kinds of suggestions; omit it for all.")] kinds: Option<Vec<SuggestionKind>>,
        #[graphql(desc = "Number of suggestions, 0 to 100.", default = 8)] first: Option<i32>,
    ) -> Result<Vec<Suggestion>> {
        let sealer = scope::scope(ctx).sealer();
        let first = count("first", first, 8)?;
        let filter = match &state {
            Some(state) => from_state(sealer, state, &given(ctx, &["where"])?)?.filter,
            None => filter.unwrap_or_default().try_into()?,
        };
        let kinds = match kinds {
            // An empty list asks for no kind at all; to the engine it would mean every kind.
            Some(kinds) if kinds.is_empty() => return Ok(Vec::new()),
            kinds => kinds.unwrap_or_default().into_iter().map(Into::into).collect(),
        };
        let request = AutocompleteRequest { prefix: cut(prefix), filter, kinds, first };
        let found = scope::catalog(ctx).autocomplete(request).await?;
        Ok(found.into_iter().map(Suggestion::from).collect())
    }

    /// One movie by its global id; null where there is no such movie.
    #[graphql(guard = "Needs(AuthScope::Search)")]
    async fn movie(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id of the movie.")] id: ID,
    ) -> Result<Option<Movie>> {
        let Some(NodeId::Movie(id)) = NodeId::parse(&id) else { return Ok(None) };
        let found = scope::movies(ctx, &[id]).await?;
        Ok(found.into_iter().flatten().next().map(Movie::from))
    }

    /// Movies by their global ids, in the requested order; null where there is no such movie.
    #[graphql(guard = "Needs(AuthScope::Search)")]
    async fn movies(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global ids of the movies, at most 100.")] ids: Vec<ID>,
    ) -> Result<Vec<Option<Movie>>> {
        let nodes = nodes(ctx, &ids).await?;
        let movie = |node| match node {
            Some(Node::Movie(movie)) => Some(movie),
            Some(Node::Person(_)) | None => None,
        };
        Ok(nodes.into_iter().map(movie).collect())
    }

    /// A person by name, ignoring case, accents and punctuation; null where nobody has this name.
    #[graphql(guard = "Needs(AuthScope::Search)")]
    async fn person(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Name of the person.")] name: String,
    ) -> Result<Option<Person>> {
        let found = scope::people(ctx, &[cut(name)]).await?;
        Ok(found.into_iter().flatten().next().map(Person::from))
    }

    /// How two people are connected through the casts of movies, by the fewest movies; null where one is unknown or
    /// nothing connects them.
    #[graphql(guard = "Needs(AuthScope::Search)")]
    async fn costars(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Name of the person where the path starts.")] from: String,
        #[graphql(desc = "Name of the person where the path ends.")] to: String,
    ) -> Result<Option<CostarPath>> {
        let (from, to) = (cut(from), cut(to));
        let path = scope::catalog(ctx).costar_path(&from, &to).await?;
        Ok(path.map(CostarPath::from))
    }

    /// A node by its global id; null where the id names nothing.
    #[graphql(guard = "Needs(AuthScope::Search)")]
    async fn node(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id of a movie or a person.")] id: ID,
    ) -> Result<Option<Node>> {
        Ok(nodes(ctx, &[id]).await?.into_iter().flatten().next())
    }

    /// Nodes by their global ids, in the requested order; null where an id names nothing.
    #[graphql(guard = "Needs(AuthScope::Search)")]
    async fn nodes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global ids of movies and people, at most 100.")] ids: Vec<ID>,
    ) -> Result<Vec<Option<Node>>> {
        nodes(ctx, &ids).await
    }

    /// The catalogue as a whole: engine, counts, and how fresh it is.
    #[graphql(guard = "Needs(AuthScope::Search)")]
    async fn catalog(&self, ctx: &Context<'_>) -> Result<CatalogInfo> {
        Ok(scope::catalog(ctx).info().await?.into())
    }

    /// Cost of the operation and remaining points, for clients that pace themselves.
    async fn rate_limit(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "Return the cost of the operation without executing its other fields, which are then \
                    missing in the response.",
            default_with = "Some(false)"
        )]
        dry_run: Option<bool>,
    ) -> RateLimit {
        let _ = dry_run;
        scope::scope(ctx).bill().into()
    }

    /// Receipt of one object that a provider delivered; null where the object is unknown.
    #[graphql(guard = "Needs(AuthScope::Provider)")]
    async fn import_receipt(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Key of the object, such as `nickelodeon/1900s-1930s.json`.")] object: String,
    ) -> Result<Option<ImportReceipt>> {
        let receipt = scope::catalog(ctx).receipt(&object).await?;
        Ok(receipt.map(ImportReceipt::from))
    }

    /// Receipts of the objects that providers delivered, by object key.
    #[graphql(guard = "Needs(AuthScope::Provider)")]
    async fn import_receipts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Number of receipts, 0 to 100.", default = 20)] first: Option<i32>,
        #[graphql(desc = "Cursor after which the page starts.")] after: Option<String>,
        #[graphql(desc = "Only receipts with this status; omit it for all.")] status: Option<ImportStatus>,
    ) -> Result<ImportReceiptConnection> {
        let sealer = scope::scope(ctx).sealer();
        let first = count("first", first, 20)?;
        let after = after.map(|cursor| sealer.open(Purpose::Receipts, &cursor)).transpose();
        let after: Option<ReceiptPlace> = after
            .map_err(|why| ApiError::new(ErrorCode::BadCursor, format!("the cursor is invalid: {why}")))?;
        let behind = after.is_some();
        let request = ReceiptsRequest { first, after, status: status.map(Into::into) };
        let page = scope::catalog(ctx).receipts(request).await?;
        Ok(ImportReceiptConnection::new(page, behind, sealer))
    }
}

/// Which of `names` the caller wrote with a value other than null.
fn given<'n>(ctx: &Context<'_>, names: &[&'n str]) -> Result<Vec<&'n str>> {
    let arguments: BTreeMap<_, _> = ctx.field().arguments()?.into_iter().collect();
    let has_value =
        |name: &&&str| arguments.get(**name).is_some_and(|value| *value != async_graphql::Value::Null);
    Ok(names.iter().filter(has_value).copied().collect())
}

async fn nodes(ctx: &Context<'_>, ids: &[ID]) -> Result<Vec<Option<Node>>> {
    if ids.len() > MAX_IDS {
        let message = format!("ids holds {} ids, more than {MAX_IDS}", ids.len());
        return Err(ApiError::input("ids", message).into());
    }
    let (mut movie_ids, mut person_keys) = (Vec::new(), Vec::new());
    let parsed: Vec<_> = ids.iter().map(|id| NodeId::parse(id)).collect();
    for id in parsed.iter().flatten() {
        match id {
            NodeId::Movie(id) => movie_ids.push(id.clone()),
            NodeId::Person(key) => person_keys.push(key.clone()),
        }
    }
    let (movies, people) =
        futures::try_join!(scope::movies(ctx, &movie_ids), scope::people(ctx, &person_keys))?;
    let (mut movies, mut people) = (movies.into_iter(), people.into_iter());
    let node = |id: Option<NodeId>| match id? {
        NodeId::Movie(_) => movies.next().flatten().map(|movie| Node::Movie(movie.into())),
        NodeId::Person(_) => people.next().flatten().map(|person| Node::Person(person.into())),
    };
    Ok(parsed.into_iter().map(node).collect())
}
