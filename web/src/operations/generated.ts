/** Generated from schema.graphql and the operations by `npm run generate`; do not edit. */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
export type MovieSort =
  | 'POPULARITY_ASC'
  | 'POPULARITY_DESC'
  | 'RATING_ASC'
  | 'RATING_DESC'
  | 'RELEVANCE'
  | 'TITLE_ASC'
  | 'TITLE_DESC'
  | 'YEAR_ASC'
  | 'YEAR_DESC';

export type MovieWhere = {
  and?: Array<MovieWhere> | null | undefined;
  cast?: ValueMatch | null | undefined;
  countries?: ValueMatch | null | undefined;
  decades?: Array<number> | null | undefined;
  directors?: ValueMatch | null | undefined;
  genres?: ValueMatch | null | undefined;
  hasPoster?: boolean | null | undefined;
  languages?: ValueMatch | null | undefined;
  not?: MovieWhere | null | undefined;
  or?: Array<MovieWhere> | null | undefined;
  providers?: ValueMatch | null | undefined;
  rating?: RatingRange | null | undefined;
  runtime?: RuntimeRange | null | undefined;
  title?: string | null | undefined;
  writers?: ValueMatch | null | undefined;
  year?: YearRange | null | undefined;
};

export type PersonRole =
  | 'CAST'
  | 'DIRECTOR'
  | 'WRITER';

export type RatingRange = {
  gte?: number | null | undefined;
  lte?: number | null | undefined;
};

export type ReasonKind =
  | 'EXACT_TITLE'
  | 'GENRE'
  | 'INFLECTED'
  | 'JOINED'
  | 'MISSING'
  | 'NUMERAL'
  | 'PERSON'
  | 'PHRASE'
  | 'PIN'
  | 'PREFIX'
  | 'SYNONYM'
  | 'TITLE_PREFIX'
  | 'TYPO'
  | 'WORD'
  | 'YEAR';

export type RelaxedPart =
  | 'CAST'
  | 'COUNTRIES'
  | 'DECADES'
  | 'DIRECTORS'
  | 'GENRES'
  | 'HAS_POSTER'
  | 'LANGUAGES'
  | 'PERSON'
  | 'PROVIDERS'
  | 'RATING'
  | 'RUNTIME'
  | 'SEVERAL'
  | 'TEXT'
  | 'TITLE'
  | 'UNDERSTOOD'
  | 'WORD'
  | 'WRITERS'
  | 'YEAR';

export type RuntimeRange = {
  gte?: number | null | undefined;
  lte?: number | null | undefined;
};

export type SearchField =
  | 'CAST'
  | 'DIRECTORS'
  | 'GENRES'
  | 'KEYWORDS'
  | 'PLOT'
  | 'SUMMARY'
  | 'TITLE'
  | 'TITLES'
  | 'WRITERS'
  | 'YEAR';

export type TitleKind =
  | 'ALTERNATIVE'
  | 'ORIGINAL'
  | 'WORKING';

export type TotalRelation =
  | 'AT_LEAST'
  | 'EQUAL';

export type UnderstandingEffect =
  | 'BOOST'
  | 'FILTER'
  | 'IGNORED';

export type UnderstandingKind =
  | 'DECADE'
  | 'DIRECTOR'
  | 'EXCLUDED'
  | 'FILLER'
  | 'GENRE'
  | 'PERSON'
  | 'PHRASE'
  | 'SIMILAR'
  | 'YEAR'
  | 'YEAR_RANGE';

export type ValueMatch = {
  allOf?: Array<string> | null | undefined;
  anyOf?: Array<string> | null | undefined;
  noneOf?: Array<string> | null | undefined;
};

export type YearRange = {
  gte?: number | null | undefined;
  lte?: number | null | undefined;
};

export type CatalogChangedSubscriptionVariables = Exact<{ [key: string]: never; }>;


export type CatalogChangedSubscription = { catalogChanged: { generation: string, asOf: string, movies: number } };

export type CatalogLineQueryVariables = Exact<{ [key: string]: never; }>;


export type CatalogLineQuery = { catalog: { engine: string, engineVersion: string, movies: number, people: number, generation: string } };

export type CatalogCountsFragment = { engine: string, engineVersion: string, movies: number, people: number, generation: string };

export type FacetsQueryVariables = Exact<{
  text?: string | null | undefined;
  where?: MovieWhere | null | undefined;
  sort?: MovieSort | null | undefined;
  state?: string | null | undefined;
  genres: number;
  genresContain?: string | null | undefined;
  cast: number;
  castContain?: string | null | undefined;
  directors: number;
  directorsContain?: string | null | undefined;
}>;


export type FacetsQuery = { search: { facets: { genres: { distinct: number, values: Array<{ value: string, count: number }> }, decades: { distinct: number, values: Array<{ value: string, count: number }> }, years: { min: number | null, max: number | null, buckets: Array<{ from: number, to: number, count: number }> }, cast: { distinct: number, values: Array<{ value: string, count: number }> }, directors: { distinct: number, values: Array<{ value: string, count: number }> }, languages: { distinct: number, values: Array<{ value: string, count: number }> }, countries: { distinct: number, values: Array<{ value: string, count: number }> }, providers: { distinct: number, values: Array<{ value: string, count: number }> } }, relaxations: Array<{ part: RelaxedPart, dropped: string, total: number }> }, catalog: { engine: string, engineVersion: string, movies: number, people: number, generation: string } };

export type ValuesFragment = { distinct: number, values: Array<{ value: string, count: number }> };

export type FilmographyQueryVariables = Exact<{
  name: string;
  role: PersonRole;
  after: string;
}>;


export type FilmographyQuery = { person: { filmography: { nodes: Array<{ id: string, title: string, year: number | null, genres: Array<string> }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } } | null };

export type HitsQueryVariables = Exact<{
  text?: string | null | undefined;
  where?: MovieWhere | null | undefined;
  sort?: MovieSort | null | undefined;
  state?: string | null | undefined;
  after?: string | null | undefined;
}>;


export type HitsQuery = { search: { text: string, total: { value: number, relation: TotalRelation }, hits: { edges: Array<{ node: { id: string, title: string, year: number | null, directors: Array<string>, cast: Array<string>, genres: Array<string>, summary: string | null, runtime: number | null, rating: number | null, attribution: { text: string, licence: string | null, url: string | null } | null }, highlights: Array<{ field: SearchField, text: string, spans: Array<{ start: number, end: number }> }>, reasons: Array<{ kind: ReasonKind, typed: string, matched: string }> }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } }, understood: Array<{ kind: UnderstandingKind, typed: string, value: string, effect: UnderstandingEffect }>, didYouMean: { text: string, total: number } | null, matching: { of: number, atLeast: number } } };

export type MoviePageQueryVariables = Exact<{
  id: string | number;
}>;


export type MoviePageQuery = { movie: { directors: Array<string>, writers: Array<string>, cast: Array<string>, summary: string | null, plot: string | null, runtime: number | null, released: string | null, languages: Array<string>, countries: Array<string>, certificate: string | null, url: string | null, id: string, title: string, year: number | null, genres: Array<string>, titles: Array<{ title: string, language: string | null, kind: TitleKind }>, ratings: Array<{ source: string, value: number, votes: number | null }>, ids: Array<{ source: string, id: string }>, attribution: { text: string, licence: string | null, url: string | null } | null, provenance: { provider: string, object: string, record: number }, similar: Array<{ id: string, title: string, year: number | null, genres: Array<string> }> } | null };

export type PathQueryVariables = Exact<{
  from: string;
  to: string;
}>;


export type PathQuery = { costars: { length: number, from: { name: string }, to: { name: string }, steps: Array<{ movie: { id: string, title: string, year: number | null, genres: Array<string> }, person: { name: string } }> } | null };

export type PersonPageQueryVariables = Exact<{
  name: string;
}>;


export type PersonPageQuery = { person: { name: string, movieCount: number, cast: { nodes: Array<{ id: string, title: string, year: number | null, genres: Array<string> }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } }, directed: { nodes: Array<{ id: string, title: string, year: number | null, genres: Array<string> }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } }, written: { nodes: Array<{ id: string, title: string, year: number | null, genres: Array<string> }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } }, costars: Array<{ together: number, person: { name: string } }> } | null };

export type FilmsFragment = { nodes: Array<{ id: string, title: string, year: number | null, genres: Array<string> }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } };

export type StartQueryVariables = Exact<{
  second?: MovieWhere | null | undefined;
  third?: MovieWhere | null | undefined;
}>;


export type StartQuery = { search: { facets: { genres: { distinct: number, values: Array<{ value: string, count: number }> }, decades: { distinct: number, values: Array<{ value: string, count: number }> } }, hits: { nodes: Array<{ id: string, title: string, year: number | null, genres: Array<string> }> } }, newest: { hits: { nodes: Array<{ id: string, title: string, year: number | null, genres: Array<string> }> } }, second: { hits: { nodes: Array<{ id: string, title: string, year: number | null, genres: Array<string> }> } }, third: { hits: { nodes: Array<{ id: string, title: string, year: number | null, genres: Array<string> }> } }, catalog: { engine: string, engineVersion: string, movies: number, people: number, generation: string } };

export type TileFragment = { id: string, title: string, year: number | null, genres: Array<string> };

export type SuggestPeopleQueryVariables = Exact<{
  prefix: string;
}>;


export type SuggestPeopleQuery = { autocomplete: Array<
    | { text: string, count: number, highlight: { text: string, spans: Array<{ start: number, end: number }> } }
    | { text: string, count: number, highlight: { text: string, spans: Array<{ start: number, end: number }> } }
    | { text: string, count: number, highlight: { text: string, spans: Array<{ start: number, end: number }> } }
    | { text: string, count: number, highlight: { text: string, spans: Array<{ start: number, end: number }> } }
  > };

export type SuggestQueryVariables = Exact<{
  prefix: string;
  where?: MovieWhere | null | undefined;
}>;


export type SuggestQuery = { autocomplete: Array<
    | { __typename: 'DecadeSuggestion', from: number, text: string, count: number, highlight: { field: SearchField, text: string, spans: Array<{ start: number, end: number }> } }
    | { __typename: 'GenreSuggestion', text: string, count: number, highlight: { field: SearchField, text: string, spans: Array<{ start: number, end: number }> } }
    | { __typename: 'MovieSuggestion', text: string, count: number, movie: { id: string, year: number | null, cast: Array<string> }, highlight: { field: SearchField, text: string, spans: Array<{ start: number, end: number }> } }
    | { __typename: 'PersonSuggestion', text: string, count: number, highlight: { field: SearchField, text: string, spans: Array<{ start: number, end: number }> } }
  > };

/** An operation by its text and the SHA-256 of that text, with the types of its data and variables. */
export interface HashedDocument<Data, Variables> {
  readonly hash: string;
  readonly text: string;
  readonly __types?: (variables: Variables) => Data;
}
export const CatalogChangedDocument: HashedDocument<CatalogChangedSubscription, CatalogChangedSubscriptionVariables> = {
  hash: '8862c14e7f1d51e7445bf4ad8907516c0f6e4f957a16d3424a35f0c8a85499a5',
  text: "subscription CatalogChanged{catalogChanged{generation asOf movies}}",
};
export const CatalogLineDocument: HashedDocument<CatalogLineQuery, CatalogLineQueryVariables> = {
  hash: '39f3f0d0153f510300797b9eb5d9e3b86d52dbe21f0b230e2ff2fc54f28a8ef5',
  text: "query CatalogLine{catalog{...CatalogCounts}}fragment CatalogCounts on CatalogInfo{engine engineVersion movies people generation}",
};
export const FacetsDocument: HashedDocument<FacetsQuery, FacetsQueryVariables> = {
  hash: '463d0dd6f1d411cfe264f78be0b920682578fe8519096b9875fb6fcf306e1e80',
  text: "query Facets($text:String$where:MovieWhere$sort:MovieSort$state:SearchState$genres:Int!$genresContain:String$cast:Int!$castContain:String$directors:Int!$directorsContain:String){search(text:$text where:$where sort:$sort state:$state){facets{genres(first:$genres contains:$genresContain){...Values}decades(first:20){...Values}years(interval:5){min max buckets{from to count}}cast(first:$cast contains:$castContain){...Values}directors(first:$directors contains:$directorsContain){...Values}languages(first:8){...Values}countries(first:8){...Values}providers(first:8){...Values}}relaxations{part dropped total}}catalog{...CatalogCounts}}fragment Values on TermFacet{values{value count}distinct}fragment CatalogCounts on CatalogInfo{engine engineVersion movies people generation}",
};
export const FilmographyDocument: HashedDocument<FilmographyQuery, FilmographyQueryVariables> = {
  hash: '04e6f814efb9cfdd2824bba8c95d094e3ab9310a99554353e10990b0d82efdf1',
  text: "query Filmography($name:String!$role:PersonRole!$after:String!){person(name:$name){filmography(role:$role first:60 after:$after){...Films}}}fragment Films on MovieHitConnection{nodes{...Tile}pageInfo{hasNextPage endCursor}}fragment Tile on Movie{id title year genres}",
};
export const HitsDocument: HashedDocument<HitsQuery, HitsQueryVariables> = {
  hash: '404015d3a547702d5f8589cecc2d118557177504c89172463f2903211abd9c4f',
  text: "query Hits($text:String$where:MovieWhere$sort:MovieSort$state:SearchState$after:String){search(text:$text where:$where sort:$sort state:$state){text total{value relation}hits(first:20 after:$after){edges{node{id title year directors cast(first:6)genres summary(max:260)runtime rating attribution{text licence url}}highlights{field text spans{start end}}reasons{kind typed matched}}pageInfo{hasNextPage endCursor}}understood{kind typed value effect}didYouMean{text total}matching{of atLeast}}}",
};
export const MoviePageDocument: HashedDocument<MoviePageQuery, MoviePageQueryVariables> = {
  hash: 'f6da2b5d907f7f28eec3f55eaad7854ee61bcca8729833758d8469b25ce2b1ad',
  text: "query MoviePage($id:ID!){movie(id:$id){...Tile titles{title language kind}directors writers cast(first:100)summary plot(max:4000)runtime released languages countries certificate ratings{source value votes}ids{source id}url attribution{text licence url}provenance{provider object record}similar(first:8){...Tile}}}fragment Tile on Movie{id title year genres}",
};
export const PathDocument: HashedDocument<PathQuery, PathQueryVariables> = {
  hash: '106f1c0fb83d1dc2ae75d546ea2d5ce3180cd2b245a71b9072656c565b79b83c',
  text: "query Path($from:String!$to:String!){costars(from:$from to:$to){length from{name}to{name}steps{movie{...Tile}person{name}}}}fragment Tile on Movie{id title year genres}",
};
export const PersonPageDocument: HashedDocument<PersonPageQuery, PersonPageQueryVariables> = {
  hash: '77611d4ecdc46836b6554627d674c57099c5dbe9184747b3995efc960dcff036',
  text: "query PersonPage($name:String!){person(name:$name){name movieCount cast:filmography(role:CAST first:60){...Films}directed:filmography(role:DIRECTOR first:60){...Films}written:filmography(role:WRITER first:60){...Films}costars(first:12){together person{name}}}}fragment Films on MovieHitConnection{nodes{...Tile}pageInfo{hasNextPage endCursor}}fragment Tile on Movie{id title year genres}",
};
export const StartDocument: HashedDocument<StartQuery, StartQueryVariables> = {
  hash: '8ebb6c498348ed33dddd75b5fa618c551b4a37343c618532c524e1c145671575',
  text: "query Start($second:MovieWhere$third:MovieWhere){search{facets{genres(first:12){...Values}decades(first:20){...Values}}hits(first:6){nodes{...Tile}}}newest:search(sort:YEAR_DESC){hits(first:6){nodes{...Tile}}}second:search(where:$second){hits(first:6){nodes{...Tile}}}third:search(where:$third){hits(first:6){nodes{...Tile}}}catalog{...CatalogCounts}}fragment Values on TermFacet{values{value count}distinct}fragment Tile on Movie{id title year genres}fragment CatalogCounts on CatalogInfo{engine engineVersion movies people generation}",
};
export const SuggestPeopleDocument: HashedDocument<SuggestPeopleQuery, SuggestPeopleQueryVariables> = {
  hash: '846be2d3a167f4f7c4c6e0fec361a602cd96252770d1b92ecce394899431eb94',
  text: "query SuggestPeople($prefix:String!){autocomplete(prefix:$prefix kinds:[PERSON]first:8){text count highlight{text spans{start end}}}}",
};
export const SuggestDocument: HashedDocument<SuggestQuery, SuggestQueryVariables> = {
  hash: '7fe9abb9936a75c29b89164402e1fd8365a2d0717b3ef353350db41b7d6af2b6',
  text: "query Suggest($prefix:String!$where:MovieWhere){autocomplete(prefix:$prefix where:$where first:8){__typename text count highlight{field text spans{start end}}...on MovieSuggestion{movie{id year cast(first:2)}}...on DecadeSuggestion{from}}}",
};